/** Outcomes to hold matchers against, and what they say of them. */
import { expect } from 'vitest'
import type { Intent, Segment } from '../../../harness/outcome/history.ts'
import { computeOutcome, type Outcome } from '../../../harness/outcome/outcome.ts'
import { expect as outcomeExpect } from '../../../harness/playwright/matchers.ts'
import { judge } from '../../../harness/run/judge.ts'
import type { VerdictFunction } from '../../../harness/scenario.ts'
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
} from '../outcome/build.ts'

const forcedOut = { at: 5_000, type: 'forced-out' } as const

/** The fault's 4 s: nobody can browse feed's web or sign in there, its phones lack a quarter, and sign-in is slow to return. */
export const outage = computeOutcome(
  history({
    intents: [
      ...paced(feed, at =>
        (at % 400 === 0 ? failing(4_000, 8_000) : failing(4_000, 8_000, 'signed-out'))(at),
      ),
      ...paced(feedMobile, failing(4_000, 5_000, 'timeout')),
      ...paced(feedSignIn, failing(4_000, 10_000, 'refused')).map(toldSomething),
      ...paced(rival),
    ],
    sessions: [
      ...session('a', 0, forcedOut),
      ...session('b', 0, forcedOut),
      ...session('c', 0),
      ...session('late', 4_500, forcedOut),
      ...session('d', 0, forcedOut, { region: 'asia' }),
      ...session('e', 0, undefined, { surface: 'mobile' }),
    ],
    deadSessionProbes: [
      { at: 6_000, session: 'x', app: 'feed', surface: 'web', region: 'us', accepted: true },
    ],
  }),
  [{ activity: 'sign-in' }],
)
export const calm = computeOutcome(
  history({ intents: [...paced(feed), ...paced(feedSignIn), ...paced(rival)], sessions: session('a', 0) }),
  [],
)
export const stuck = computeOutcome(
  history({
    intents: [
      ...paced(feed, failing(4_000, 12_000)),
      ...paced(feedMobile, failing(4_000, 9_000)),
      ...paced(rival),
    ],
  }),
  [],
)
/** Nobody comes any more once the fault is on, and nobody had a session. */
export const silent = computeOutcome(
  history({
    intents: [...paced(feed, 'served', { until: 4_000 }), ...paced(feedSignIn, 'served', { until: 4_000 })],
    sessions: session('a', 0, { at: 1_000, type: 'signed-out' }),
  }),
  [],
)

function toldSomething(each: Intent): Intent {
  if (each.result !== 'refused') return each
  return { ...each, told: each.at % 300 === 0 ? 'try-later' : 'wrong-password' }
}

/** What the failure says, which has to be a failed expectation and no mistake. */
export function failure(check: () => void): string {
  try {
    check()
  } catch (error) {
    expect(error).toHaveProperty('matcherResult')
    return (error as Error).message
  }
  throw new Error('it passed')
}

/** Half of feed's looks fail during the fault, and nothing else is wrong. */
export const harmful = computeOutcome(
  history({ intents: [...paced(feed, failing(4_000, 6_000)), ...paced(rival)], sessions: session('a', 0) }),
  [],
)

/** Judges an outcome by one prediction. */
export function judged(
  predict: VerdictFunction,
  outcome = harmful,
  segments: readonly Segment[] = [feed, feedSignIn, rival],
) {
  return judge({
    scenario: { verdict: { hardened: predict } },
    architecture: 'hardened',
    expect: outcomeExpect,
    outcome,
    doubts: [],
    segments,
  })
}

/** The outcome of these, and of a rival that nobody looks at but once. */
export function withRival(intents: Intent[]): Outcome {
  return computeOutcome(history({ intents: [...intents, intent(rival, 100)] }), [])
}
