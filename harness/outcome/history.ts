/**
 * The history of one run: what the crowd intended and what came of it, on the clock of the run.
 * Everything in an outcome is computed from a history by pure functions, so a history written by hand
 * tests them without a stack. Times are milliseconds since the timeline began (0 = its first instant);
 * what happened while the crowd warmed up has a negative time.
 */

import type { Refusal, Standing } from './attribution.ts'

export const surfaces = ['web', 'mobile', 'api'] as const
export type Surface = (typeof surfaces)[number]

export const activities = ['browse', 'sign-in', 'refresh', 'api-call'] as const
export type Activity = (typeof activities)[number]

/** What a client saw of one intent. Exactly one of these. */
export const results = [
  'served', // answered in full
  'degraded', // answered from a grace, or read-only
  'signed-out', // the surface said that there is no session (any more)
  'refused', // a correct password was refused
  'error', // 5xx, or an answer that makes no sense
  'timeout', // no answer within the journey's deadline
  'unreachable', // no connection
  'lost', // connected, then cut before the answer was complete
] as const
export type Result = (typeof results)[number]

/** What a person was told when a correct password was refused. */
export type Told = 'wrong-password' | 'try-later' | 'other'

/** The region of a segment that stands for all of them together. */
export const pooledRegion = 'all'

/**
 * The unit of measurement, design vocabulary: app x surface x region x activity. The region is `all` where a scenario
 * does not tell regions apart: intents always have their true one.
 */
export interface Segment {
  app: string
  surface: Surface
  region: string
  activity: Activity
}

/** One thing a user set out to do. */
export interface Intent extends Segment {
  /** Intended start, ms: from the schedule, not from when the client got round to it. */
  at: number
  /** From the intended start to the result, ms. */
  latencyMs: number
  result: Result
  /** Only with `refused`. */
  told?: Told
  /** Nothing came, and the device showed what it had kept: no goodput, but no empty screen either. Phones only. */
  fromDevice?: true
  /** The user; the same user keeps its name through a run. */
  user: string
}

/**
 * One step in the life of a session. `opened` comes first; at most one of the others ends it.
 * `forced-out`: its surface cleared it although it was neither expired, nor revoked, nor signed out.
 */
export interface SessionEvent {
  at: number
  session: string
  app: string
  surface: Surface
  region: string
  type: 'opened' | 'signed-out' | 'expired' | 'revoked' | 'forced-out'
  /** Of one that was opened: who has it. */
  user?: string
  /** Of one that was opened: what its owner does with it that others do not. */
  cohort?: Cohort
  /** Of one that was forced out: the trace of the request to whose answer its credential was cleared. */
  trace?: string
  /** Of one that was opened: its name at auth, where the credential tells; else the account that it belongs to. */
  sid?: string
  account?: string
}

/** What sets some sessions apart from the ordinary ones from the start. */
export const cohorts = ['several-tabs', 'background', 'near-expiry'] as const
export type Cohort = (typeof cohorts)[number]

/** A person's report to the public status page that an app does not work. */
export interface OutageReport {
  at: number
  app: string
  surface: Surface
  region: string
  kind: 'cannot-sign-in' | 'signed-out' | 'not-loading'
  /** Whether the status page took it. */
  counted: boolean
}

/** A request made with a session that had been revoked or had expired before. */
export interface DeadSessionProbe {
  at: number
  session: string
  app: string
  surface: Surface
  region: string
  /** True if it was served (or served degraded): a false accept. */
  accepted: boolean
}

/** The status page began to say this of an app. Plain data. */
export type StatusLevel = {
  app: string
  at: number
  level: string
}

/** When a fault was on, as injected (not as planned). `until` is when its undo had taken effect. */
export interface FaultWindow {
  fault: string
  target: string
  from: number
  until: number
}

export interface History {
  intents: Intent[]
  sessions: SessionEvent[]
  deadSessionProbes: DeadSessionProbe[]
  faults: FaultWindow[]
  /** End of the timeline, ms. */
  end: number
  /** Sessions that the crowd itself still holds at the end, by app and surface: the other side of conservation. */
  alive: { app: string; surface: Surface; count: number }[]
  /** Requests that reached auth on its links within the timeline, or undefined if not counted. */
  authRequests?: number
  /** The same as it was read now and then: how many there had been by then. */
  authLoad?: { at: number; requests: number }[]
  /** What the services wrote down of the credentials they refused, by trace. */
  refusals?: ReadonlyMap<string, readonly Refusal[]>
  /** What auth's store says, after the end, of the sessions that were forced out; none of those not known there. */
  standings?: ReadonlyMap<string, Standing>
  /** Where it had not recovered by the end: whether it did once load was taken off for a while. */
  recoversPushed?: boolean
  /** What people told the status page. */
  reports?: OutageReport[]
  /** What the status page said, from when on. */
  statusLevels?: StatusLevel[]
  /** When somebody went to the competitor, and from which app. */
  refugees?: { at: number; from: string }[]
}
