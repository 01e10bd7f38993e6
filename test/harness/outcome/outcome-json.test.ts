import { expect, test } from 'vitest'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { failing, feed, history, paced, session } from './build.ts'

test('an outcome goes into JSON whole', () => {
  const outcome = computeOutcome(
    history({
      intents: paced(feed, failing(4_000, 5_000)),
      sessions: session('s', 0, { at: 4_500, type: 'forced-out' }),
      authRequests: 240,
    }),
    [],
  )
  expect(JSON.parse(JSON.stringify(outcome))).toEqual({
    isolation: 0.75,
    forcedLogouts: {
      count: 1,
      share: 1,
      alive: 1,
      groups: [{ app: 'feed', surface: 'web', region: 'us', count: 1, share: 1, alive: 1 }],
    },
    falseAccepts: 0,
    timeToContainMs: 1_000,
    timeToRecoverMs: 0,
    metastable: false,
    amplification: 2,
    segments: [
      {
        app: 'feed',
        surface: 'web',
        region: 'us',
        activity: 'browse',
        inScope: false,
        steadyGoodput: 1,
        faultGoodput: 0.75,
        harm: 0.25,
        p50Ms: 20,
        p90Ms: 20,
        p99Ms: 20,
        p999Ms: 20,
        maxMs: 20,
        intents: 120,
        steadyIntents: 40,
        inFaultIntents: 40,
        results: {
          served: 30,
          degraded: 0,
          'signed-out': 0,
          refused: 0,
          error: 10,
          timeout: 0,
          unreachable: 0,
          lost: 0,
        },
        fromDevice: 0,
      },
    ],
    unmeasured: [],
    unsettled: [],
    harmedOutside: [{ ...feed, harm: 0.25, steadyGoodput: 1, faultGoodput: 0.75 }],
    recovery: 'alone',
    cohorts: [{ cohort: 'ordinary', alive: 1, forcedOut: 1, share: 1 }],
    refusedSignIns: { count: 0, share: 0, told: { 'wrong-password': 0, 'try-later': 0, other: 0 } },
    attribution: [
      {
        app: 'feed',
        surface: 'web',
        faults: ['latency at auth'],
        hop: null,
        answer: null,
        decision: null,
        auth: null,
        sessions: 1,
        avoidable: 0,
        unknown: 1,
      },
    ],
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
