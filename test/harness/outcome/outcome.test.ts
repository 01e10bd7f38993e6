import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../harness/errors.ts'
import type { Intent } from '../../../harness/outcome/history.ts'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import {
  failing,
  feed,
  feedMobile,
  feedSignIn,
  history,
  intent,
  paced,
  rival,
  session,
  usualFault,
} from './build.ts'

describe('an outcome', () => {
  test('of an empty history claims nothing', () => {
    expect(computeOutcome(history(), []).toJSON()).toEqual({
      isolation: 1,
      forcedLogouts: { count: 0, share: 0, alive: 0, groups: [] },
      falseAccepts: 0,
      timeToContainMs: 0,
      timeToRecoverMs: 0,
      metastable: false,
      amplification: null,
      segments: [],
      unmeasured: [],
      unsettled: [],
      harmedOutside: [],
      recovery: 'alone',
      cohorts: [],
      refusedSignIns: { count: 0, share: 0, told: { 'wrong-password': 0, 'try-later': 0, other: 0 } },
      attribution: [],
      reportCurve: [],
      refugees: 0,
      statusLevels: [],
      windows: {
        steady: { from: 0, until: 4_000 },
        fault: [{ from: 4_000, until: 8_000 }],
        after: { from: 8_000, until: 12_000 },
      },
    })
  })

  test('counts the looks of the fault window that a device answered by itself', () => {
    const intents = [100, 5_000, 5_100].map(at => ({
      ...intent(feedMobile, at, 'error'),
      fromDevice: true as const,
    }))
    const others = [intent(feedMobile, 200), intent(feedMobile, 5_200, 'error')]
    const { segments } = computeOutcome(history({ intents: [...intents, ...others] }), [])
    expect(segments[0]).toMatchObject({ inFaultIntents: 3, faultGoodput: 0, fromDevice: 2 })
  })

  test('sorts its segments, in whatever order their intents come', () => {
    const segments = [rival, feedSignIn, { ...feed, region: 'eu' }, feed, feedMobile]
    const intents = segments.map(segment => intent(segment, 100))
    const labels = (unsorted: Intent[]) =>
      computeOutcome(history({ intents: unsorted }), []).segments.map(
        ({ app, surface, region, activity }) => `${app} ${surface} ${region} ${activity}`,
      )
    expect(labels(intents)).toEqual([
      'feed mobile us browse',
      'feed web eu browse',
      'feed web us browse',
      'feed web us sign-in',
      'rival web us browse',
    ])
    expect(labels(intents.toReversed())).toEqual(labels(intents))
  })

  test('does not depend on the order in which intents were recorded', () => {
    const intents = [...paced(feed, failing(5_000, 9_200)), ...paced(rival, failing(4_000, 4_300))]
    const inOrder = computeOutcome(history({ intents }), [])
    const reversed = computeOutcome(history({ intents: intents.toReversed() }), [])
    expect(reversed.toJSON()).toEqual(inOrder.toJSON())
  })

  test('counts an intent that was in flight when the fault came as one of the fault', () => {
    const lasting = (at: number, latencyMs: number) => ({ ...intent(feed, at), latencyMs })
    const intents = [lasting(1_000, 3_000), lasting(1_000, 3_001), lasting(3_999, 50), lasting(7_999, 5_000)]
    expect(computeOutcome(history({ intents }), []).segments[0]).toMatchObject({
      intents: 4,
      steadyIntents: 1,
      inFaultIntents: 3,
    })
  })

  test('counts an intent in the window of its intended start, whose end is not part of it', () => {
    const intents = [0, 3_999, 4_000, 7_999, 8_000].map(at => ({ ...intent(feed, at), latencyMs: 1 }))
    expect(computeOutcome(history({ intents }), []).segments[0]).toMatchObject({
      intents: 5,
      steadyIntents: 2,
      inFaultIntents: 2,
    })
  })

  test('counts an intent under two faults once, and none between two faults', () => {
    const faults = [
      { ...usualFault, from: 4_000, until: 6_000 },
      { ...usualFault, from: 5_000, until: 7_000 },
      { ...usualFault, from: 9_000, until: 10_000 },
    ]
    const outcome = computeOutcome(history({ faults, intents: paced(feed, failing(7_000, 9_000)) }), [])
    expect(outcome.segments[0]).toMatchObject({ inFaultIntents: 40, faultGoodput: 1 })
  })

  test('measures latency during the fault only', () => {
    const intents = [
      { ...intent(feed, 100), latencyMs: 1 },
      { ...intent(feed, 5_000), latencyMs: 30 },
      { ...intent(feed, 5_100, 'error'), latencyMs: 40 },
      { ...intent(feed, 5_200, 'timeout'), latencyMs: 3_000 },
      { ...intent(feed, 9_000), latencyMs: 900 },
    ]
    expect(computeOutcome(history({ intents }), []).segments[0]).toMatchObject({ p50Ms: 30, p99Ms: 40 })
  })

  test('refuses options that make no windows', () => {
    expect(() => computeOutcome(history(), [], { stepMs: 0 })).toThrow(UsageError)
    expect(() => computeOutcome(history(), [], { windowMs: Number.NaN })).toThrow(/windowMs is NaN/)
  })
})

describe('outcome.goodput', () => {
  const intents = [
    ...paced(feed, failing(4_000, 6_000)),
    ...paced(rival, 'served', { everyMs: 200 }),
    ...paced(feedMobile, failing(0, 1_000, 'degraded')),
  ]
  const outcome = computeOutcome(history({ intents }), [])

  test('pools the intents that a selector picks, during the fault', () => {
    expect(outcome.goodput({ app: 'feed', surface: 'web' })).toBe(0.5)
    // 20 of 40 and 20 of 20.
    expect(outcome.goodput({ surface: 'web' })).toBeCloseTo(40 / 60, 12)
    expect(outcome.goodput()).toBe(0.8)
  })

  test('takes a window by name or by its ends', () => {
    expect(outcome.goodput({ app: 'feed' }, 'steady')).toBe(1)
    expect(outcome.goodput({ app: 'feed' }, 'after')).toBe(1)
    expect(outcome.goodput({ app: 'feed', surface: 'web' }, { from: 5_000, until: 9_000 })).toBe(0.75)
  })

  test('is NaN of nothing, so that no comparison holds', () => {
    expect(outcome.goodput({ app: 'photos' })).toBeNaN()
    expect(outcome.goodput({}, { from: 50, until: 60 })).toBeNaN()
  })
})

describe('outcome.refused', () => {
  const refusal = (at: number, told?: 'wrong-password' | 'try-later' | 'other'): Intent => ({
    ...intent(feedSignIn, at, 'refused'),
    ...(told && { told }),
  })
  const outcome = computeOutcome(
    history({
      intents: [
        refusal(3_000, 'wrong-password'),
        refusal(4_000, 'wrong-password'),
        refusal(5_000, 'wrong-password'),
        refusal(5_100, 'try-later'),
        refusal(5_200),
        intent(feedSignIn, 5_300),
        intent(feedSignIn, 5_400, 'timeout'),
        intent({ ...feedSignIn, app: 'rival' }, 5_500),
        intent({ ...feedSignIn, app: 'rival' }, 5_600),
        ...paced(feed),
        refusal(9_000, 'other'),
      ],
    }),
    [],
  )

  test('counts what people were told during the fault, as a share of the sign-ins', () => {
    const told = { 'wrong-password': 2, 'try-later': 1, other: 1 }
    expect(outcome.refused()).toEqual({ count: 4, share: 0.5, told })
    expect(outcome.refused({ app: 'feed' })).toEqual({ count: 4, share: 4 / 6, told })
  })

  test('is nothing where nobody was refused, or nobody signed in', () => {
    const nothing = { count: 0, share: 0, told: { 'wrong-password': 0, 'try-later': 0, other: 0 } }
    expect(outcome.refused({ app: 'rival' })).toEqual(nothing)
    expect(outcome.refused({ activity: 'browse' })).toEqual(nothing)
  })
})

describe('regions put together', () => {
  const feedEu = { ...feed, region: 'eu' }
  const run = history({
    intents: [...paced(feed), ...paced(feedEu, failing(4_000, 8_000))],
    sessions: [...session('s', 0), ...session('t', 0, { at: 4_500, type: 'forced-out' }, { region: 'eu' })],
  })

  test('make one segment of each app, surface and activity, as region all', () => {
    const outcome = computeOutcome(run, [], { regions: 'pooled' })
    expect(outcome.segments).toMatchObject([{ ...feed, region: 'all', harm: 0.5, inFaultIntents: 80 }])
    expect(outcome.isolation).toBe(0.5)
    expect(computeOutcome(run, []).segments.map(({ region, harm }) => `${region} ${harm}`)).toEqual([
      'eu 1',
      'us 0',
    ])
  })

  test('are left out of its name', () => {
    const intents = paced(feed, 'error', { until: 4_000 })
    const names = (regions: 'pooled' | 'apart') =>
      computeOutcome(history({ intents }), [], { regions }).unmeasured
    expect(names('pooled')).toEqual(['feed web browse'])
    expect(names('apart')).toEqual(['feed web us browse'])
  })

  test('leave each session its own', () => {
    const { groups } = computeOutcome(run, [], { regions: 'pooled' }).toJSON().forcedLogouts
    expect(groups.map(({ region, count }) => `${region} ${count}`)).toEqual(['us 0', 'eu 1'])
  })
})

describe('the other counts', () => {
  test('false accepts are the dead sessions that were served', () => {
    const probe = { at: 5_000, session: 's', app: 'feed', surface: 'web', region: 'us' } as const
    const deadSessionProbes = [true, false, true].map(accepted => ({ ...probe, accepted }))
    expect(computeOutcome(history({ deadSessionProbes }), []).falseAccepts).toBe(2)
  })

  test('amplification is requests at auth for each intent since 0', () => {
    const intents = [
      intent(feed, -100),
      intent(feed, 0),
      intent(feed, 11_000),
      intent(rival, 300),
      intent(rival, 5_000),
    ]
    expect(computeOutcome(history({ intents, authRequests: 6 }), []).amplification).toBe(1.5)
    expect(computeOutcome(history({ intents, authRequests: 0 }), []).amplification).toBe(0)
    expect(computeOutcome(history({ intents }), []).amplification).toBeNull()
    expect(computeOutcome(history({ authRequests: 6 }), []).amplification).toBeNull()
  })
})
