import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { slicer } from '../../../../harness/faults/network/slicer.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

const fault = slicer({ link: 'feed -> auth', averageBytes: 10, pauseMs: 10 })

describe('slicer', () => {
  test.each([
    [{ link: 'feed -> auth' }, 'averageBytes'],
    [{ link: 'feed -> auth', averageBytes: 0 }, 'averageBytes'],
    [{ link: 'feed -> auth', averageBytes: 10, variationBytes: 10 }, 'must be less than averageBytes'],
    [{ link: 'feed -> auth', averageBytes: 10, delay: 1 }, 'delay'],
  ])('refuses %j', (params, problem) => {
    expect(() => slicer(params as never)).toThrow(ScenarioError)
    expect(() => slicer(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there', () => {
    expect(fault).toMatchObject({ kind: 'slicer', layer: 'network', target: 'feed -> auth' })
    expect(fault.problems(family)).toEqual([])
    expect(slicer({ link: 'feed -> rival', averageBytes: 10, pauseMs: 10 }).problems(family)).toEqual([
      expect.stringContaining('no link "feed -> rival"'),
    ])
  })

  test('passes an answer in pieces with pauses, and in one after its undo', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    // Some 200 bytes in pieces of 10 are at least 15 pauses of 10 ms.
    const sliced = await world.probe('feed-to-auth')
    expect(sliced.result).toBe('answered')
    expect(sliced.ms).toBeGreaterThan(100)
    await injected.undo()
    await injected.undo()
    expect((await world.probe('feed-to-auth')).ms).toBeLessThan(sliced.ms)
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('says its pause to the proxy in microseconds', async () => {
    await using world = await startWorld()
    await slicer({ link: 'feed -> auth', averageBytes: 100, variationBytes: 20, pauseMs: 1.5 }).inject(
      world.stack,
    )
    const { 'feed-to-auth': link } = await world.proxy.states()
    expect(link?.toxics).toMatchObject([
      { type: 'slicer', attributes: { average_size: 100, size_variation: 20, delay: 1_500 } },
    ])
  })

  test('has evidence once something was sliced, not before', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    expect(await injected.evidence()).toEqual([])
    await world.probe('feed-to-auth')
    expect(await injected.evidence()).toEqual([
      expect.objectContaining({ fault: 'slicer', target: 'feed -> auth', witness: 'fault proxy' }),
    ])
  })
})
