import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { limitData } from '../../../../harness/faults/network/limit-data.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

const fault = limitData({ link: 'feed -> auth', bytes: 50 })

describe('limit-data', () => {
  test.each([
    [{ link: 'feed -> auth' }, 'bytes'],
    [{ link: 'feed -> auth', bytes: -1 }, 'bytes'],
    [{ link: 'feed -> auth', bytes: '50' }, 'bytes'],
    [{ link: 'feed -> auth', bytes: 1, limit: 1 }, 'limit'],
  ])('refuses %j', (params, problem) => {
    expect(() => limitData(params as never)).toThrow(ScenarioError)
    expect(() => limitData(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there', () => {
    expect(fault).toMatchObject({
      kind: 'limit-data',
      layer: 'network',
      target: 'feed -> auth',
      connections: 'cut',
    })
    expect(fault.problems(family)).toEqual([])
    expect(limitData({ link: 'feed -> rival', bytes: 50 }).problems(family)).toEqual([
      expect.stringContaining('no link "feed -> rival"'),
    ])
  })

  test('ends connections in the middle of an answer, and none after its undo', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    expect((await world.probe('feed-to-auth')).result).toBe('ECONNRESET')
    expect((await world.probe('photos-to-auth')).result).toBe('answered')
    await injected.undo()
    await injected.undo()
    expect((await world.probe('feed-to-auth')).result).toBe('answered')
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('counts what crosses a connection from when it came', async () => {
    await using world = await startWorld()
    const ask = world.caller('feed-to-auth')
    await ask()
    await limitData({ link: 'feed -> auth', bytes: 250 }).inject(world.stack)
    expect((await ask()).result).toBe('answered')
    expect((await ask()).result).not.toBe('answered')
  })

  test.each([50, 0])(
    'has evidence once it has ended a connection after %i bytes, not before',
    async bytes => {
      await using world = await startWorld()
      const injected = await limitData({ link: 'feed -> auth', bytes }).inject(world.stack)
      expect(await injected.evidence()).toEqual([])
      await world.probe('feed-to-auth')
      expect(await injected.evidence()).toEqual([
        expect.objectContaining({ fault: 'limit-data', target: 'feed -> auth', witness: 'fault proxy' }),
      ])
    },
  )
})
