import { describe, expect, test } from 'vitest'
import type { Intent } from '../../../harness/outcome/history.ts'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { failing, feed, history, intent, paced, rival, usualFault } from './build.ts'

function recovery(intents: Intent[], minIntents = 5) {
  const { timeToRecoverMs, metastable } = computeOutcome(
    history({ intents }),
    { app: 'feed' },
    { minIntents },
  )
  return { timeToRecoverMs, metastable }
}

describe('time to recover', () => {
  test('is 0 where all is well at the undo', () => {
    expect(recovery(paced(feed, failing(4_000, 8_000)))).toEqual({ timeToRecoverMs: 0, metastable: false })
  })

  test('runs from the last undo to the first window of lasting goodput, in scope too', () => {
    expect(recovery([...paced(feed, failing(4_000, 9_500)), ...paced(rival)])).toEqual({
      timeToRecoverMs: 1_500,
      metastable: false,
    })
  })

  test('is that of the last segment', () => {
    const intents = [...paced(feed, failing(4_000, 8_600)), ...paced(rival, failing(4_000, 10_000))]
    expect(recovery(intents).timeToRecoverMs).toBe(2_000)
  })

  test('is counted from the undo of the last fault', () => {
    const faults = [{ ...usualFault, until: 9_000 }, usualFault]
    const intents = paced(feed, failing(4_000, 10_000))
    expect(computeOutcome(history({ intents, faults }), []).timeToRecoverMs).toBe(1_000)
  })

  test('waits for the end of a relapse', () => {
    const flaps = paced(feed, at => (at >= 8_000 && at % 1_000 < 200 && at < 10_500 ? 'error' : 'served'))
    // The last failures start at 10,000 and 10,100.
    expect(recovery(flaps).timeToRecoverMs).toBe(2_500)
  })

  test('is null, and the run metastable, where a segment is not back by the end', () => {
    expect(recovery([...paced(feed, failing(4_000, 12_000)), ...paced(rival)])).toEqual({
      timeToRecoverMs: null,
      metastable: true,
    })
    expect(recovery(paced(feed, failing(11_800, 12_000)))).toEqual({
      timeToRecoverMs: null,
      metastable: true,
    })
  })

  test('takes 95 % of the steady goodput for recovered, and less for not', () => {
    const oneOfTwenty = paced(feed, at => (at >= 8_000 && (at - 8_000) % 1_000 === 0 ? 'error' : 'served'), {
      everyMs: 50,
    })
    expect(recovery(oneOfTwenty).timeToRecoverMs).toBe(0)
    const oneOfTen = paced(feed, at => (at >= 8_000 && (at - 8_000) % 1_000 === 0 ? 'error' : 'served'))
    expect(recovery(oneOfTen).metastable).toBe(true)
  })

  test('asks for no more than the steady state gave', () => {
    const half = paced(feed, at => (at % 200 === 0 ? 'served' : 'error'))
    expect(recovery(half).timeToRecoverMs).toBe(0)
  })

  test('ends when users who were forced out have signed in again', () => {
    const intents = paced(feed, failing(4_000, 10_000, 'signed-out'))
    expect(recovery(intents).timeToRecoverMs).toBe(2_000)
  })

  test('is null without being metastable where the timeline ends before the undo', () => {
    const faults = [{ ...usualFault, until: 12_000 }]
    const outcome = computeOutcome(history({ intents: paced(feed), faults }), [])
    expect(outcome).toMatchObject({
      timeToRecoverMs: null,
      metastable: false,
      unsettled: ['feed web us browse'],
    })
  })

  test('leaves out a segment without traffic after the undo, and names it', () => {
    const intents = [...paced(feed, failing(4_000, 9_000)), ...paced(rival, 'served', { until: 8_000 })]
    const outcome = computeOutcome(history({ intents }), [])
    expect(outcome).toMatchObject({
      timeToRecoverMs: 1_000,
      metastable: false,
      unsettled: ['rival web us browse'],
    })
  })

  test('leaves out a segment that has no steady goodput to come back to', () => {
    const intents = [...paced(feed), ...paced(rival, 'error', { until: 8_000 })]
    expect(computeOutcome(history({ intents }), [])).toMatchObject({
      timeToRecoverMs: 0,
      metastable: false,
      unmeasured: ['rival web us browse'],
      unsettled: [],
    })
  })
})

describe('time to recover with few intents', () => {
  /** Steady traffic, and one intent each 500 ms after the undo, of which those at the given times fail. */
  const sparse = (...failures: number[]): Intent[] => [
    ...paced(feed, 'served', { until: 8_000 }),
    ...paced(feed, at => (failures.includes(at) ? 'error' : 'served'), { from: 8_000, everyMs: 500 }),
  ]

  test('begins after the last failure, however far the windows before it reach', () => {
    // A window of 1 s holds two intents. Those that begin before 9,500 meet the failure only by reaching ahead for more.
    expect(recovery(sparse(10_000), 1).timeToRecoverMs).toBe(2_500)
    expect(recovery(sparse(10_000), 5).timeToRecoverMs).toBe(2_500)
  })

  test('tolerates a failure in a window that reaches ahead to enough others', () => {
    // Twenty intents: 8,000 (fails) to 17,500. Pooled to twenty, the first window is at 95 %.
    const intents = [
      ...paced(feed, 'served', { until: 8_000 }),
      ...paced(feed, at => (at === 8_000 ? 'error' : 'served'), { from: 8_000, until: 18_000, everyMs: 500 }),
    ]
    const run = history({ intents, end: 18_000 })
    expect(computeOutcome(run, [], { minIntents: 20 }).timeToRecoverMs).toBe(0)
    expect(computeOutcome(run, [], { minIntents: 19 }).timeToRecoverMs).toBe(500)
  })

  test('looks past a gap in the traffic to what comes after it', () => {
    const intents = [...paced(feed, 'served', { until: 8_000 }), ...paced(feed, 'error', { from: 11_000 })]
    expect(recovery(intents)).toEqual({ timeToRecoverMs: null, metastable: true })
  })

  test('judges the last windows by what they have', () => {
    const early = [
      ...paced(feed, 'served', { until: 8_000 }),
      intent(feed, 8_100, 'error'),
      intent(feed, 9_700),
    ]
    expect(recovery(early)).toEqual({ timeToRecoverMs: 500, metastable: false })
    const last = [
      ...paced(feed, 'served', { until: 8_000 }),
      intent(feed, 8_100),
      intent(feed, 9_700, 'error'),
    ]
    expect(recovery(last)).toEqual({ timeToRecoverMs: null, metastable: true })
  })
})
