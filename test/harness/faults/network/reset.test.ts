import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { reset } from '../../../../harness/faults/network/reset.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

const cut = reset({ link: 'feed -> *' })

describe('reset', () => {
  test.each([
    [{}, 'link'],
    [{ link: 'Feed -> auth' }, 'write a link as "from -> to"'],
    [{ link: 'feed -> auth', afterMs: -1 }, 'afterMs'],
    [{ link: 'feed -> auth', stream: 'both' }, 'stream'],
    [{ link: 'feed -> auth', toxicity: -0.1 }, 'toxicity'],
    [{ link: 'feed -> auth', after: 5 }, 'after'],
  ])('refuses %j', (params, problem) => {
    expect(() => reset(params as never)).toThrow(ScenarioError)
    expect(() => reset(params as never)).toThrow(problem)
  })

  test('is aimed at its links, which must be there', () => {
    expect(cut).toMatchObject({ kind: 'reset', layer: 'network', target: 'feed -> *', connections: 'cut' })
    expect(cut.problems(family)).toEqual([])
    expect(reset({ link: 'rival -> auth' }).problems(family)).toEqual([
      expect.stringContaining('no link "rival -> auth"'),
    ])
  })

  test.each(['downstream', 'upstream'] as const)(
    'resets connections when used %s, until its undo',
    async stream => {
      await using world = await startWorld()
      const injected = await reset({ link: 'feed -> *', stream }).inject(world.stack)
      expect((await world.probe('feed-to-auth')).result).toBe('ECONNRESET')
      expect((await world.probe('feed-to-config')).result).toBe('ECONNRESET')
      expect((await world.probe('photos-to-auth')).result).toBe('answered')
      const targets = (await injected.evidence()).map(({ target }) => target)
      expect(targets).toEqual(['feed -> auth', 'feed -> config'])
      await injected.undo()
      await injected.undo()
      expect((await world.probe('feed-to-auth')).result).toBe('answered')
      expect(await world.proxy.toxics()).toEqual([])
    },
  )

  test('cuts connections that stand', async () => {
    await using world = await startWorld()
    const ask = world.caller('feed-to-auth')
    expect((await ask()).result).toBe('answered')
    await cut.inject(world.stack)
    expect((await ask()).result).toBe('ECONNRESET')
  })

  test('waits with it as long as it was told', async () => {
    await using world = await startWorld()
    await reset({ link: 'feed -> auth', afterMs: 300 }).inject(world.stack)
    const seen = await world.probe('feed-to-auth')
    expect(seen.result).toBe('ECONNRESET')
    expect(seen.ms).toBeGreaterThanOrEqual(290)
  })

  test('has no evidence without traffic', async () => {
    await using world = await startWorld()
    const injected = await cut.inject(world.stack)
    await world.probe('photos-to-auth')
    expect(await injected.evidence()).toEqual([])
  })
})
