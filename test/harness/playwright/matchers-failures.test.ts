/** What a person reads who comes upon a red line in CI. */
import { describe, expect, test } from 'vitest'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { expect as outcomeExpect } from '../../../harness/playwright/matchers.ts'
import { failing, feed, history, paced } from '../outcome/build.ts'
import { calm, failure, judged, outage, stuck, withRival } from './outcomes.ts'

describe('a failure', () => {
  test('of toKeepEveryoneSignedIn lists the groups that lost sessions', () => {
    expect(failure(() => outcomeExpect(outage).toKeepEveryoneSignedIn())).toMatchInlineSnapshot(`
      "expect(outcome).toKeepEveryoneSignedIn()

      Expected: no session forced out
      Received: 60.0 %, 3 of 5 alive when the fault began, and 1 opened since

      sessions       forced out    share  opened since
      feed web asia      1 of 1  100.0 %             0
      feed web us        2 of 3   66.7 %             1"
    `)
  })

  test('of toSignOut lists the groups, first those that kept theirs', () => {
    expect(failure(() => outcomeExpect(outage).toSignOut())).toMatchInlineSnapshot(`
      "expect(outcome).toSignOut()

      Expected: at least 90 % of the sessions forced out
      Received: 60.0 %, 3 of 5 alive when the fault began, and 1 opened since

      sessions        forced out    share  opened since
      feed mobile us      0 of 1    0.0 %             0
      feed web us         2 of 3   66.7 %             1
      feed web asia       1 of 1  100.0 %             0"
    `)
    expect(
      failure(() => outcomeExpect(outage).not.toSignOut({ app: 'feed', surface: 'web' }, { share: 0.5 })),
    ).toMatchInlineSnapshot(`
      "expect(outcome).not.toSignOut({ app: 'feed', surface: 'web' }, { share: 0.5 })

      Expected: less than 50 % of the sessions forced out
      Received: 75.0 %, 3 of 4 alive when the fault began, and 1 opened since

      sessions       forced out    share  opened since
      feed web asia      1 of 1  100.0 %             0
      feed web us        2 of 3   66.7 %             1"
    `)
  })

  test('of toServeNoDeadSession counts', () => {
    expect(failure(() => outcomeExpect(outage).toServeNoDeadSession())).toMatchInlineSnapshot(`
      "expect(outcome).toServeNoDeadSession()

      Expected: no request served with a revoked or expired session
      Received: 1 false accept"
    `)
  })

  test('of toIsolate lists the harmed segments outside the scope, worst first, with what their users got', () => {
    expect(failure(() => outcomeExpect(outage).toIsolate())).toMatchInlineSnapshot(`
      "expect(outcome).toIsolate()

      Expected: isolation of at least 0.99
      Received: 0.583, 2 of 3 segments outside the scope harmed

      segment                steady  fault   harm  intents  not served
      feed web us browse      1.000  0.000  1.000       40  signed-out 30, error 10
      feed mobile us browse   1.000  0.750  0.250       40  timeout 10"
    `)
    expect(failure(() => outcomeExpect(calm).not.toIsolate({ atLeast: 0.5 }))).toMatchInlineSnapshot(`
      "expect(outcome).not.toIsolate({ atLeast: 0.5 })

      Expected: isolation below 0.5
      Received: 1.000, 0 of 3 segments outside the scope harmed"
    `)
  })

  test('of toKeepServing lists the segments below the limit', () => {
    expect(failure(() => outcomeExpect(outage).toKeepServing({ app: 'feed' }))).toMatchInlineSnapshot(`
      "expect(outcome).toKeepServing({ app: 'feed' })

      Expected: goodput of at least 0.99 during the fault
      Received: 0.250

      segment                steady  fault   harm  intents  not served
      feed web us browse      1.000  0.000  1.000       40  signed-out 30, error 10
      feed web us sign-in     1.000  0.000  1.000       40  refused 40
      feed mobile us browse   1.000  0.750  0.250       40  timeout 10"
    `)
    expect(failure(() => outcomeExpect(outage).not.toKeepServing({ app: 'rival' }))).toMatchInlineSnapshot(`
      "expect(outcome).not.toKeepServing({ app: 'rival' })

      Expected: goodput below 0.99 during the fault
      Received: 1.000

      segment              steady  fault   harm  intents  not served
      rival web us browse   1.000  1.000  0.000       40"
    `)
  })

  test('of toHarm lists the segments, least harmed first', () => {
    expect(failure(() => outcomeExpect(outage).toHarm({ activity: 'browse' }))).toMatchInlineSnapshot(`
      "expect(outcome).toHarm({ activity: 'browse' })

      Expected: mean harm of at least 0.5
      Received: 0.417, 2 of 3 segments harmed

      segment                steady  fault   harm  intents  not served
      rival web us browse     1.000  1.000  0.000       40
      feed mobile us browse   1.000  0.750  0.250       40  timeout 10
      feed web us browse      1.000  0.000  1.000       40  signed-out 30, error 10"
    `)
  })

  test('of toLeaveUnharmed lists the harmed segments, worst first', () => {
    expect(
      failure(() => outcomeExpect(outage).toLeaveUnharmed({ activity: 'browse' }, { harm: 0.05 })),
    ).toMatchInlineSnapshot(`
      "expect(outcome).toLeaveUnharmed({ activity: 'browse' }, { harm: 0.05 })

      Expected: mean harm of at most 0.05
      Received: 0.417, 2 of 3 segments harmed

      segment                steady  fault   harm  intents  not served
      feed web us browse      1.000  0.000  1.000       40  signed-out 30, error 10
      feed mobile us browse   1.000  0.750  0.250       40  timeout 10"
    `)
  })

  test('of toRefuseSignIns says what people were told', () => {
    expect(
      failure(() => outcomeExpect(outage).toRefuseSignIns({ app: 'feed' }, { told: 'wrong-password' })),
    ).toMatchInlineSnapshot(`
      "expect(outcome).toRefuseSignIns({ app: 'feed' }, { told: 'wrong-password' })

      Expected: at least 90 % of the sign-ins refused as wrong-password
      Received: 67.5 %, 27 of 40
      Told:     wrong-password 27, try-later 13, other 0

      segment               refused    share  not served
      feed web us sign-in  40 of 40  100.0 %  refused 40"
    `)
  })

  test('of toRecover names who has not, or who was late', () => {
    expect(failure(() => outcomeExpect(stuck).toRecover())).toMatchInlineSnapshot(`
      "expect(outcome).toRecover()

      Expected: recovered by itself by the end
      Received: not recovered by the end, 4.0 s after the undo: 1 of 3 segments

      segment             steady  goodput  last below 95 % of steady
      feed web us browse   1.000    0.000  at the end"
    `)
    expect(failure(() => outcomeExpect(outage).toRecover({ withinMs: 1_000 }))).toMatchInlineSnapshot(`
      "expect(outcome).toRecover({ withinMs: 1000 })

      Expected: recovered by itself within 1000 ms of the undo
      Received: recovered 2000 ms after the undo

      segment              steady  goodput  last below 95 % of steady
      feed web us sign-in   1.000    0.500  1.5 s to 2.5 s after the undo"
    `)
  })

  test('of toRecover names them also where regions are put together', async () => {
    const pooled = computeOutcome(history({ intents: paced(feed, failing(4_000, 12_000)) }), [], {
      regions: 'pooled',
    })
    const { reasons } = await judged(({ outcome }) => outcomeExpect(outcome).toRecover(), pooled, [
      { ...feed, region: 'all' },
    ])
    expect(reasons[0]).toMatch(/^feed web browse +1\.000 +0\.000 +at the end$/m)
  })
})

describe('a failure message', () => {
  test('has a dozen rows at most, none wider than 100 columns', () => {
    const results = ['signed-out', 'unreachable', 'timeout', 'error', 'lost', 'refused'] as const
    const intents = Array.from({ length: 17 }, (_, index) => ({
      ...feed,
      app: `app-number-${index}`,
    })).flatMap(segment =>
      paced(segment, at => (at < 4_000 ? 'served' : (results[(at / 100) % results.length] ?? 'error'))),
    )
    const lines = failure(() => outcomeExpect(computeOutcome(history({ intents }), [])).toIsolate()).split(
      '\n',
    )
    expect(lines.filter(line => line.startsWith('app-number'))).toHaveLength(12)
    expect(lines.at(-1)).toBe('and 5 more')
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(100)
    expect(lines.at(-2)).toContain('…')
  })

  test('tells a number from the limit that it missed by little', () => {
    const intents = paced(feed, at => (at === 6_000 ? 'error' : 'served'), { everyMs: 2 })
    const message = failure(() => outcomeExpect(withRival(intents)).toKeepServing({}, { goodput: 0.9996 }))
    expect(message).toContain('at least 0.9996')
    expect(message).toContain('Received: 0.9995\n')
  })

  test('begins with what its user has to say', () => {
    expect(failure(() => outcomeExpect(outage, 'photos must stand').toIsolate())).toMatch(
      /^photos must stand/,
    )
  })
})
