import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { bandwidth } from '../../../../harness/faults/network/bandwidth.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

const fault = bandwidth({ link: 'feed -> auth', kilobytesPerSecond: 1 })

describe('bandwidth', () => {
  test.each([
    [{ link: 'feed -> auth' }, 'kilobytesPerSecond'],
    [{ link: 'feed -> auth', kilobytesPerSecond: 0 }, 'kilobytesPerSecond'],
    [{ link: 'feed -> auth', kilobytesPerSecond: 1.5 }, 'kilobytesPerSecond'],
    [{ link: 'feed -> auth', kilobytesPerSecond: 1, rate: 1 }, 'rate'],
  ])('refuses %j', (params, problem) => {
    expect(() => bandwidth(params as never)).toThrow(ScenarioError)
    expect(() => bandwidth(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there', () => {
    expect(fault).toMatchObject({ kind: 'bandwidth', layer: 'network', target: 'feed -> auth' })
    expect(fault.problems(family)).toEqual([])
    expect(bandwidth({ link: 'feed -> rival', kilobytesPerSecond: 1 }).problems(family)).toEqual([
      expect.stringContaining('no link "feed -> rival"'),
    ])
  })

  test('lets no more through than it was told, and all of it after its undo', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    // An answer is some 200 bytes: at 1,000 a second it takes about 200 ms.
    const slow = await world.probe('feed-to-auth')
    expect(slow.result).toBe('answered')
    expect(slow.ms).toBeGreaterThan(100)
    expect((await world.probe('photos-to-auth')).ms).toBeLessThan(slow.ms)
    await injected.undo()
    await injected.undo()
    expect((await world.probe('feed-to-auth')).ms).toBeLessThan(slow.ms)
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('acts on connections that stand', async () => {
    await using world = await startWorld()
    const ask = world.caller('feed-to-auth')
    await ask()
    await fault.inject(world.stack)
    expect((await ask()).ms).toBeGreaterThan(100)
  })

  test('has evidence once something has crossed, not before', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    expect(await injected.evidence()).toEqual([])
    await world.probe('feed-to-auth')
    expect(await injected.evidence()).toEqual([
      {
        fault: 'bandwidth',
        target: 'feed -> auth',
        witness: 'fault proxy',
        observed: expect.stringMatching(/^1 connection and [1-9]\d* bytes touched$/),
      },
    ])
  })
})
