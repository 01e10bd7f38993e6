import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { timeout } from '../../../../harness/faults/network/timeout.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

const hang = timeout({ link: 'feed -> auth' })

describe('timeout', () => {
  test.each([
    [{}, 'link'],
    [{ link: 'feed->auth' }, 'write a link as "from -> to"'],
    [{ link: 'feed -> auth', closeAfterMs: -1 }, 'closeAfterMs'],
    [{ link: 'feed -> auth', toxicity: 'all' }, 'toxicity'],
    [{ link: 'feed -> auth', timeout: 5 }, 'timeout'],
  ])('refuses %j', (params, problem) => {
    expect(() => timeout(params as never)).toThrow(ScenarioError)
    expect(() => timeout(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there', () => {
    expect(hang).toMatchObject({
      kind: 'timeout',
      layer: 'network',
      target: 'feed -> auth',
      connections: 'kept',
    })
    expect(hang.problems(family)).toEqual([])
    expect(timeout({ link: 'harness -> auth' }).problems(family)).toEqual([
      expect.stringContaining('no link "harness -> auth"'),
    ])
  })

  test('lets nothing through, and all of it again after its undo', async () => {
    await using world = await startWorld()
    const injected = await hang.inject(world.stack)
    expect((await world.probe('feed-to-auth', 400)).result).toBe('no answer')
    expect((await world.probe('photos-to-auth')).result).toBe('answered')
    await injected.undo()
    await injected.undo()
    expect((await world.probe('feed-to-auth')).result).toBe('answered')
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('keeps connections that stand, and closes them at its undo', async () => {
    await using world = await startWorld()
    const ask = world.caller('feed-to-auth')
    expect((await ask()).result).toBe('answered')
    const injected = await hang.inject(world.stack)
    const waiting = ask()
    await expect.poll(() => injected.evidence()).not.toEqual([])
    await injected.undo()
    expect((await waiting).result).toBe('ECONNRESET')
    expect((await ask()).result).toBe('answered')
  })

  test('closes connections after the time that it was told', async () => {
    await using world = await startWorld()
    await timeout({ link: 'feed -> auth', closeAfterMs: 300 }).inject(world.stack)
    const seen = await world.probe('feed-to-auth')
    expect(seen.result).toBe('ECONNRESET')
    expect(seen.ms).toBeGreaterThanOrEqual(290)
  })

  test('has evidence once it has swallowed something, not before', async () => {
    await using world = await startWorld()
    const injected = await hang.inject(world.stack)
    expect(await injected.evidence()).toEqual([])
    await world.probe('feed-to-auth', 400)
    expect(await injected.evidence()).toEqual([
      {
        fault: 'timeout',
        target: 'feed -> auth',
        witness: 'fault proxy',
        observed: expect.stringMatching(/^1 connection and [1-9]\d* bytes touched$/),
      },
    ])
  })
})
