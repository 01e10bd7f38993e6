import { matches, type Selector } from '../scope.ts'
import type { History, Surface } from './history.ts'

export type ForcedLogouts = {
  /** Sessions forced out since the first fault began (since 0 in a run without faults). */
  count: number
  /**
   * Of the sessions alive when the first fault began, but for those that ended as they should since (by their user, revoked,
   * run out), how many were forced out: 0..1, and 0 if there were none.
   */
  share: number
  /** What `share` is a share of. */
  alive: number
}

/**
 * Forced logouts among the sessions that a selector picks. A session has no activity, so that field is not asked about.
 * A session opened after the first fault began and then forced out is in `count`, but not in `share`.
 */
export function forcedLogoutsOf(history: History, selector: Selector): ForcedLogouts {
  const began = history.faults.length === 0 ? 0 : Math.min(...history.faults.map(fault => fault.from))
  const events = history.sessions.filter(({ app, surface, region }) =>
    matches(selector, { app, surface, region }),
  )
  const alive = new Set(
    events.filter(event => event.type === 'opened' && event.at < began).map(event => event.session),
  )
  for (const event of events) {
    const isEnd = event.type !== 'opened'
    if (isEnd && (event.at < began || event.type !== 'forced-out')) alive.delete(event.session)
  }
  const forcedOut = events.filter(event => event.type === 'forced-out' && event.at >= began)
  const ofAlive = new Set(forcedOut.map(event => event.session).filter(session => alive.has(session)))
  return {
    count: forcedOut.length,
    share: alive.size === 0 ? 0 : ofAlive.size / alive.size,
    alive: alive.size,
  }
}

/** Forced logouts of one app on one surface in one region. */
export type GroupForcedLogouts = ForcedLogouts & { app: string; surface: Surface; region: string }

/** The same for each app, surface and region that had sessions, in the order in which their first sessions were opened. */
export function forcedLogoutsByGroup(history: History): GroupForcedLogouts[] {
  const groups = new Map(
    history.sessions.map(({ app, surface, region }) => [
      JSON.stringify([app, surface, region]),
      { app, surface, region },
    ]),
  )
  return [...groups.values()].map(group => ({ ...group, ...forcedLogoutsOf(history, group) }))
}
