/** What an outcome consists of. Plain data: everything here goes into the results file as it is. */
import type { Attribution } from './attribution.ts'
import type { CohortContinuity } from './cohorts.ts'
import type { Activity, Result, StatusLevel, Surface, Told } from './history.ts'
import type { ForcedLogouts, GroupForcedLogouts } from './sessions.ts'
import type { Window } from './windows.ts'

/** One segment, measured. The times of intents are their intended starts. */
export type SegmentOutcome = {
  app: string
  surface: Surface
  region: string
  activity: Activity
  inScope: boolean
  /** (served + degraded) / intended, in the steady state; null without traffic. */
  steadyGoodput: number | null
  /** The same during the fault. */
  faultGoodput: number | null
  /** 0..1; null where it cannot be said, see `unmeasured`. */
  harm: number | null
  /** Latency during the fault, from the intended start, of the intents that got an answer; null if none did. */
  p50Ms: number | null
  p90Ms: number | null
  p99Ms: number | null
  p999Ms: number | null
  maxMs: number | null
  /** How many intents there were from 0 on, in the steady state, and during the fault. */
  intents: number
  steadyIntents: number
  inFaultIntents: number
  /** How the intents of the fault window came out. They add up to `inFaultIntents`. */
  results: Record<Result, number>
  /** How many of those that were not served showed what the device had kept. */
  fromDevice: number
}

/** The `outcome` of a run in the results file. */
export type OutcomeData = {
  isolation: number
  /** Over all sessions, and for each app, surface and region that had any. */
  forcedLogouts: ForcedLogouts & { groups: GroupForcedLogouts[] }
  falseAccepts: number
  timeToContainMs: number | null
  timeToRecoverMs: number | null
  metastable: boolean
  amplification: number | null
  segments: SegmentOutcome[]
  /** Segments whose harm cannot be said; they are left out of isolation, and the verdict is not proven. */
  unmeasured: string[]
  /** Segments without traffic after the last undo: left out of the time to recover, and the verdict is not proven. */
  unsettled: string[]
  /** Segments harmed by more than `harmFloor` that the scenario did not allow to be, worst first. */
  harmedOutside: HarmedSegment[]
  /** How it came back; null in a run without faults, or where it cannot be said. */
  recovery: RecoveryKind | null
  /** Of the sessions alive when the first fault began: how each cohort fared. */
  cohorts: CohortContinuity[]
  /** Correct passwords refused during the fault, in all apps but the control app. */
  refusedSignIns: Refused
  /** In which ways sessions were forced out, the most frequent first. */
  attribution: Attribution[]
  /** Outage reports per app and second of the timeline, and how many people went to the competitor. */
  reportCurve: { app: string; perSecond: number[] }[]
  refugees: number
  /** What the status page itself said, and from when on: to be held against the reports. */
  statusLevels: StatusLevel[]
  windows: { steady: Window; fault: Window[]; after: Window }
}

/** `alone`; `pushed`: only once load was taken off for a while after the end of the timeline; `stuck`: not even then. */
export type RecoveryKind = 'alone' | 'pushed' | 'stuck'

export type HarmedSegment = {
  app: string
  surface: Surface
  region: string
  activity: Activity
  harm: number
  steadyGoodput: number
  faultGoodput: number
}

export type Refused = {
  /** Correct passwords that were refused. */
  count: number
  /** Of the sign-ins intended: 0..1, and 0 if there were none. */
  share: number
  /** What those people were told. A refusal without words counts as `other`. */
  told: Record<Told, number>
}
