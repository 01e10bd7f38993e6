import { stripVTControlCharacters } from 'node:util'
import { describe, test, expect as verify } from 'vitest'
import { ScenarioError } from '../../../harness/errors.ts'
import type { Intent } from '../../../harness/outcome/history.ts'
import { computeOutcome, type Outcome } from '../../../harness/outcome/outcome.ts'
import { expect } from '../../../harness/playwright/matchers.ts'
import { judge } from '../../../harness/run/judge.ts'
import { failing, feed, feedSignIn, history, paced, rival, session } from '../outcome/build.ts'

const refusedAt = (told: Intent['told']): Intent[] =>
  paced(feedSignIn, failing(4_000, 8_000, 'refused')).map(intent =>
    intent.result === 'refused' && told ? { ...intent, told } : intent,
  )

/** Feed is out for 1 s of the 4 s that the fault lasts, nobody can sign in there, and one of two sessions is lost. */
const outage = computeOutcome(
  history({
    intents: [
      ...paced(feed, failing(4_000, 5_000, 'timeout')),
      ...refusedAt('wrong-password'),
      ...paced(rival),
    ],
    sessions: [...session('a', 0, { at: 4_500, type: 'forced-out' }), ...session('b', 0)],
  }),
  [{ activity: 'sign-in' }],
)
const quiet = computeOutcome(
  history({ intents: [...paced(feed), ...paced(feedSignIn), ...paced(rival)], sessions: session('a', 0) }),
  [],
)
/** Feed never comes back. */
const stuck = computeOutcome(
  history({ intents: [...paced(feed, failing(4_000, 12_000)), ...paced(rival)], recoversPushed: false }),
  [],
)
const served = computeOutcome(
  history({
    intents: paced(feed),
    deadSessionProbes: [{ at: 1, session: 'x', app: 'feed', surface: 'web', region: 'us', accepted: true }],
  }),
  [],
)

function messageOf(check: () => void): string {
  try {
    check()
  } catch (error) {
    verify(error).toHaveProperty('matcherResult')
    return stripVTControlCharacters((error as Error).message)
  }
  throw new Error('it did not fail')
}

describe('a matcher of outcomes', () => {
  const cases: [string, (outcome: Outcome) => void, Outcome, Outcome][] = [
    ['toKeepEveryoneSignedIn', outcome => expect(outcome).toKeepEveryoneSignedIn(), quiet, outage],
    ['toSignOut', outcome => expect(outcome).toSignOut({ app: 'feed' }, { share: 0.5 }), outage, quiet],
    ['toIsolate', outcome => expect(outcome).toIsolate(), quiet, outage],
    ['toKeepServing', outcome => expect(outcome).toKeepServing({ app: 'feed' }), quiet, outage],
    ['toHarm', outcome => expect(outcome).toHarm({ activity: 'sign-in' }), outage, quiet],
    ['toLeaveUnharmed', outcome => expect(outcome).toLeaveUnharmed({ app: 'feed' }), quiet, outage],
    ['toRecover', outcome => expect(outcome).toRecover({ withinMs: 1_000 }), outage, stuck],
    [
      'toRefuseSignIns',
      outcome => expect(outcome).toRefuseSignIns({}, { told: 'wrong-password' }),
      outage,
      quiet,
    ],
    ['toServeNoDeadSession', outcome => expect(outcome).toServeNoDeadSession(), quiet, served],
  ]

  test.each(cases)('%s passes where it should, and fails where it should not', (_, check, good, bad) => {
    check(good)
    verify(messageOf(() => check(bad))).toMatch(/^expected /)
  })

  test('says by `not` what it expected not to be', () => {
    expect(outage).not.toIsolate()
    verify(messageOf(() => expect(quiet).not.toIsolate())).toBe(
      'expected not: an isolation of at least 0.990; it is 1.000',
    )
  })
})

describe('a failure', () => {
  test('names the groups that lost sessions', () => {
    verify(messageOf(() => expect(outage).toKeepEveryoneSignedIn())).toBe(
      [
        'expected nobody to be signed out; 1 sessions were',
        '  feed web us                       1 of 2 cleared',
      ].join('\n'),
    )
  })

  test('names the segments, worst first, with what their users got', () => {
    const lines = messageOf(() => expect(outage).toKeepServing()).split('\n')
    verify(lines).toEqual([
      'expected a goodput of at least 99.0 % during the fault; it is 58.3 %',
      '  feed web us sign-in            harm 100.0 %  goodput 100.0 % -> 0.0 %     refused 40',
      '  feed web us browse             harm  25.0 %  goodput 100.0 % -> 75.0 %    timeout 10',
    ])
  })

  test('names what has not recovered', () => {
    verify(messageOf(() => expect(stuck).toRecover())).toBe(
      [
        'expected everything to recover by itself; it did not by the end (stuck)',
        '  feed web us browse             goodput 100.0 % -> 0.0 % after the undo',
      ].join('\n'),
    )
  })

  test('counts the words of refusals', () => {
    const message = messageOf(() => expect(outage).toRefuseSignIns({}, { told: 'try-later' }))
    verify(message).toContain('to be refused as try-later; 0.0 % were')
    verify(message).toMatch(/wrong-password +40/)
  })

  test('is no longer than a dozen lines', () => {
    const many = Array.from({ length: 20 }, (_, number) =>
      paced({ ...feed, app: `app-${number}` }, failing(4_000, 8_000)),
    )
    const outcome = computeOutcome(history({ intents: many.flat() }), [])
    const lines = messageOf(() => expect(outcome).toIsolate()).split('\n')
    verify(lines).toHaveLength(14)
    verify(lines.at(-1)).toBe('  and 8 more')
  })
})

describe('bad input', () => {
  test.each<[string, () => void, RegExp]>([
    ['a share beyond 1', () => expect(outage).toSignOut({}, { share: 1.5 }), /toSignOut was given .*1\.5/s],
    ['an unknown option', () => expect(outage).toIsolate({ least: 1 }), /toIsolate was given .*least/s],
    ['a time below 0', () => expect(outage).toRecover({ withinMs: -1 }), /toRecover was given/],
    [
      'something else',
      () => expect(7 as unknown as Outcome).toIsolate(),
      /toIsolate is for outcomes, and was given 7/,
    ],
  ])('%s is a mistake, and no failed expectation', (_, check, message) => {
    verify(check).toThrow(ScenarioError)
    verify(check).toThrow(message)
  })

  test('a selector that picks nothing is a mistake in a verdict, a failure is none', async () => {
    const judged = (check: (outcome: Outcome) => void) =>
      judge({
        scenario: { verdict: { hardened: ({ outcome }) => check(outcome) } },
        architecture: 'hardened',
        expect,
        outcome: outage,
        doubts: [],
        segments: [feed, feedSignIn, rival],
      })
    verify((await judged(outcome => expect(outcome).toIsolate())).verdict).toBe('broke')
    await verify(judged(outcome => expect(outcome).toHarm({ app: 'fed' }))).rejects.toThrow(/no app "fed"/)
  })
})
