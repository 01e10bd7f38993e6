import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { jitter } from '../../../../harness/faults/network/jitter.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

const fault = jitter({ link: 'feed -> auth', latencyMsMax: 400 })

describe('jitter', () => {
  test.each([
    [{ link: 'feed -> auth' }, 'latencyMsMax'],
    [{ link: 'feed -> auth', latencyMsMax: 1 }, 'latencyMsMax'],
    [{ link: 'feed -> auth', latencyMsMax: 10, stream: 'both' }, 'stream'],
    [{ link: 'feed -> auth', latencyMsMax: 10, latency: 5 }, 'latency'],
  ])('refuses %j', (params, problem) => {
    expect(() => jitter(params as never)).toThrow(ScenarioError)
    expect(() => jitter(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there', () => {
    expect(fault).toMatchObject({ kind: 'jitter', layer: 'network', target: 'feed -> auth' })
    expect(fault.problems(family)).toEqual([])
    expect(jitter({ link: 'feed -> rival', latencyMsMax: 400 }).problems(family)).toEqual([
      expect.stringContaining('no link "feed -> rival"'),
    ])
  })

  test('makes answers late, each by another time, and no more after its undo', async () => {
    await using world = await startWorld()
    const before = await Promise.all(Array.from({ length: 10 }, () => world.probe('feed-to-auth')))
    const injected = await fault.inject(world.stack)
    const during = await Promise.all(Array.from({ length: 30 }, () => world.probe('feed-to-auth')))
    expect(during.map(({ result }) => result)).toEqual(during.map(() => 'answered'))
    const times = during.map(({ ms }) => ms).toSorted((a, b) => a - b)
    // Thirty draws from 0 to 400 ms are not all below 200, and not all in one place.
    expect(times.at(-1)).toBeGreaterThan(200)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(100)
    await injected.undo()
    await injected.undo()
    const after = await Promise.all(Array.from({ length: 10 }, () => world.probe('feed-to-auth')))
    const median = (seen: readonly { ms: number }[]) =>
      seen.map(({ ms }) => ms).toSorted((a, b) => a - b)[Math.floor(seen.length / 2)] ?? 0
    expect(median(after)).toBeLessThan(median(during))
    expect(median(before)).toBeLessThan(median(during))
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('has evidence once something was late, not before', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    expect(await injected.evidence()).toEqual([])
    for (let asked = 0; asked < 8; asked += 1) await world.probe('feed-to-auth')
    expect(await injected.evidence()).toEqual([
      expect.objectContaining({ fault: 'jitter', target: 'feed -> auth', witness: 'fault proxy' }),
    ])
  })
})
