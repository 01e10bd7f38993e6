/**
 * Session continuity by cohort: whether a session was lost depends on what its owner was just doing with it. Told apart are
 * sessions opened shortly before the fault (`fresh`), about to run out, with a renewal under way when the fault came, used
 * in several tabs, only used in the background; the rest are `ordinary`. A session counts in the first that fits.
 */
import type { History, Intent, SessionEvent } from './history.ts'

export const cohortNames = [
  'refresh-in-flight',
  'near-expiry',
  'several-tabs',
  'background',
  'fresh',
  'ordinary',
] as const
export type CohortName = (typeof cohortNames)[number]

export type CohortContinuity = {
  cohort: CohortName
  /** Sessions of the cohort alive when the first fault began. */
  alive: number
  forcedOut: number
  /** `forcedOut / alive`; 0 if there were none. */
  share: number
}

/** Opened so shortly before the first fault, ms. */
const freshMs = 3_000

/** One entry for each cohort that had sessions, in the order of `cohortNames`; none in a run without faults. */
export function cohortsOf({ sessions, intents, faults }: History): CohortContinuity[] {
  if (faults.length === 0) return []
  const began = Math.min(...faults.map(({ from }) => from))
  const endOf = new Map(sessions.filter(({ type }) => type !== 'opened').map(event => [event.session, event]))
  const refreshing = new Set(intents.filter(intent => isRefreshAcross(intent, began)).map(({ user }) => user))
  const counts = new Map<CohortName, { alive: number; forcedOut: number }>()
  for (const event of sessions) {
    const end = endOf.get(event.session)
    if (event.type !== 'opened' || event.at >= began || (end !== undefined && end.at < began)) continue
    const cohort = cohortOf(event, began, refreshing)
    const count = counts.get(cohort) ?? { alive: 0, forcedOut: 0 }
    counts.set(cohort, {
      alive: count.alive + 1,
      forcedOut: count.forcedOut + (end?.type === 'forced-out' ? 1 : 0),
    })
  }
  return cohortNames.flatMap(cohort => {
    const count = counts.get(cohort)
    return count ? [{ cohort, ...count, share: count.forcedOut / count.alive }] : []
  })
}

function cohortOf(
  { cohort, at, user }: SessionEvent,
  began: number,
  refreshing: ReadonlySet<string>,
): CohortName {
  if (user !== undefined && refreshing.has(user)) return 'refresh-in-flight'
  if (cohort !== undefined) return cohort
  return at >= began - freshMs ? 'fresh' : 'ordinary'
}

function isRefreshAcross({ activity, at, latencyMs }: Intent, time: number): boolean {
  return activity === 'refresh' && at < time && at + latencyMs >= time
}
