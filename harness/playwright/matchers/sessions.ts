/** Matchers about sessions: who was forced out, and who was served although they should not have been. */
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import { activities } from '../../outcome/history.ts'
import type { Outcome } from '../../outcome/outcome.ts'
import type { ForcedLogouts, GroupForcedLogouts } from '../../outcome/sessions.ts'
import { matches, type Selector } from '../../scope.ts'
import { checkCall, checkSelector, shareAboveZero } from './input.ts'
import { count, isAtLeast, percent, percentLimit, resultOf, table } from './message.ts'

/** None of the sessions picked was forced out. */
export function toKeepEveryoneSignedIn(
  this: ExpectMatcherState,
  outcome: Outcome,
  selector: Selector = {},
): MatcherReturnType {
  const matcher = 'toKeepEveryoneSignedIn'
  checkCall(matcher, { outcome, selector })
  const { found, groups } = forcedLogouts(matcher, outcome, selector)
  return resultOf(this, {
    matcher,
    args: [selector],
    holds: found.count === 0 && found.alive === 0 ? undefined : found.count === 0,
    expected: 'no session forced out',
    expectedNot: 'some session forced out',
    received: inWords(found),
    details: () => groupTable(groups.filter(group => group.count > 0).toSorted(mostFirst)),
  })
}

/** At least this share of the sessions picked that were alive when the fault began was forced out. */
export function toSignOut(
  this: ExpectMatcherState,
  outcome: Outcome,
  selector: Selector = {},
  options: { share?: number } = {},
): MatcherReturnType {
  const matcher = 'toSignOut'
  checkCall(matcher, { outcome, selector, options, requirements: { share: shareAboveZero } })
  const { share = 0.9 } = options
  const { found, groups } = forcedLogouts(matcher, outcome, selector)
  return resultOf(this, {
    matcher,
    args: [selector, options],
    holds: found.alive === 0 ? undefined : isAtLeast(found.share, share),
    expected: `at least ${percentLimit(share)} of the sessions forced out`,
    expectedNot: `less than ${percentLimit(share)} of the sessions forced out`,
    received: inWords(found, share),
    details: isNot =>
      groupTable(groups.filter(({ alive }) => alive > 0).toSorted(isNot ? mostFirst : leastFirst)),
  })
}

/** No request with a revoked or expired session was served. */
export function toServeNoDeadSession(this: ExpectMatcherState, outcome: Outcome): MatcherReturnType {
  const matcher = 'toServeNoDeadSession'
  checkCall(matcher, { outcome })
  const { falseAccepts } = outcome
  return resultOf(this, {
    matcher,
    args: [],
    holds: falseAccepts === 0,
    expected: 'no request served with a revoked or expired session',
    expectedNot: 'some request served with a revoked or expired session',
    received: `${count(falseAccepts, 'false accept')}`,
    details: () => [],
  })
}

function forcedLogouts(
  matcher: string,
  outcome: Outcome,
  selector: Selector,
): { found: ForcedLogouts; groups: GroupForcedLogouts[] } {
  const found = outcome.forcedLogouts(selector)
  const { groups } = outcome.toJSON().forcedLogouts
  // A session has no activity: any will do.
  checkSelector(
    matcher,
    selector,
    groups.flatMap(({ app, surface, region }) =>
      activities.map(activity => ({ app, surface, region, activity })),
    ),
  )
  return {
    found,
    groups: groups.filter(({ app, surface, region }) => matches(selector, { app, surface, region })),
  }
}

function mostFirst(one: ForcedLogouts, other: ForcedLogouts): number {
  return other.share - one.share || other.count - one.count
}

function leastFirst(one: ForcedLogouts, other: ForcedLogouts): number {
  return -mostFirst(one, other)
}

/** Of those that were alive when the fault began; `count` has those opened since as well. */
function forcedOf({ share, alive }: ForcedLogouts): number {
  return Math.round(share * alive)
}

function inWords(found: ForcedLogouts, limit?: number): string {
  const since = found.count - forcedOf(found)
  const opened = since > 0 ? `, and ${since} opened since` : ''
  if (found.alive === 0)
    return `no session was alive when the fault began${opened && `${opened}: forced out`}`
  return `${percent(found.share, limit)}, ${forcedOf(found)} of ${found.alive} alive when the fault began${opened}`
}

function groupTable(groups: readonly GroupForcedLogouts[]): string[] {
  return table(groups, [
    { title: 'sessions', of: ({ app, surface, region }) => `${app} ${surface} ${region}` },
    { title: 'forced out', align: 'right', of: group => `${forcedOf(group)} of ${group.alive}` },
    { title: 'share', align: 'right', of: ({ share, alive }) => (alive === 0 ? '-' : percent(share)) },
    { title: 'opened since', align: 'right', of: group => String(group.count - forcedOf(group)) },
  ])
}
