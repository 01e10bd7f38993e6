/**
 * The outcome of a run: every measured number, computed from its history alone. Pure: the same history
 * and scope give the same outcome, to the last digit.
 */
import { UsageError } from '../errors.ts'
import { controlApp, matches, type Scope, type Selector } from '../scope.ts'
import { attributionOf } from './attribution.ts'
import { cohortsOf } from './cohorts.ts'
import { type History, type Intent, pooledRegion, type Result, results } from './history.ts'
import { harmOf, isolationOf, timeToContainMs } from './isolation.ts'
import type { HarmedSegment, OutcomeData, RecoveryKind, Refused, SegmentOutcome } from './measures.ts'
import { latenciesOf } from './percentiles.ts'
import { type Recovery, recoveryOf } from './recovery.ts'
import { reportCurveOf } from './report-curve.ts'
import { type ForcedLogouts, forcedLogoutsByGroup, forcedLogoutsOf } from './sessions.ts'
import { goodputOf, labelOf, meanOf, sumOf, type Traffic, trafficOf } from './traffic.ts'
import { type RunWindows, resolveWindows, type Window, type WindowName, windowsOf } from './windows.ts'

export type OutcomeOptions = {
  /** Length of the windows in which isolation and recovery are followed, ms. */
  windowMs?: number
  /** How often such a window begins, ms. */
  stepMs?: number
  /** Whether segments put the regions together, as region `all`. Sessions keep their true one. Default: `apart`. */
  regions?: 'pooled' | 'apart'
  /** A segment harmed by no more than this is not called harmed. */
  harmFloor?: number
  /** A segment is not called recovered or not by fewer intents than this, as long as the timeline has more. */
  minIntents?: number
}

/** An outcome as verdicts read it. A selector left out picks everything. */
export interface Outcome extends Readonly<Omit<OutcomeData, 'forcedLogouts'>> {
  /** Forced logouts; a session has no activity, so the selector's is not asked about. */
  forcedLogouts(selector?: Selector): ForcedLogouts
  /**
   * (served + degraded) / intended over all intents that the selector picks, during the fault unless another window is
   * named. NaN without such intents, so that no comparison with it holds.
   */
  goodput(selector?: Selector, window?: WindowName | Window): number
  /** Mean harm of the measured segments that the selector picks; NaN if there are none, so that no comparison with it holds. */
  harm(selector?: Selector): number
  /** Correct passwords refused during the fault, among the sign-ins that the selector picks. */
  refused(selector?: Selector): Refused
  /** The results file's `outcome`. */
  toJSON(): OutcomeData
}

/** Computes the outcome of a run. Throws a UsageError for options that are not positive. */
export function computeOutcome(history: History, scope: Scope, options: OutcomeOptions = {}): Outcome {
  const { regions = 'apart', windowMs = 1_000, stepMs = 500, minIntents = 5, harmFloor = 0.02 } = options
  checkPositive({ windowMs, stepMs, minIntents, harmFloor })
  const windows = windowsOf(history)
  const intents =
    regions === 'apart' ? history.intents : history.intents.map(each => ({ ...each, region: pooledRegion }))
  const traffic = trafficOf(intents, scope, windows.injectedAt)
  const measured = measuresOf(history, { traffic, windows }, { windowMs, stepMs, minIntents, harmFloor })
  const { segments } = measured
  const forcedLogouts = (selector: Selector = {}) => forcedLogoutsOf(history, selector)
  return {
    ...measured,
    forcedLogouts,
    goodput: (selector = {}, window = 'fault') => {
      const asked = resolveWindows(windows, window)
      return goodputOf(sumOf(picked(traffic, selector).map(each => each.tally(...asked)))) ?? Number.NaN
    },
    harm: (selector = {}) =>
      meanOf(harmsOf(segments.filter(segment => matches(selector, segment)))) ?? Number.NaN,
    refused: (selector = {}) => refusedOf(picked(traffic, selector), windows),
    toJSON: () => ({
      ...measured,
      forcedLogouts: { ...forcedLogouts(), groups: forcedLogoutsByGroup(history) },
    }),
  }
}

/** Everything that takes no selector. */
function measuresOf(
  history: History,
  { traffic, windows }: { traffic: readonly Traffic[]; windows: RunWindows },
  { harmFloor, ...options }: Required<Omit<OutcomeOptions, 'regions'>>,
): Omit<OutcomeData, 'forcedLogouts'> {
  const segments = traffic.map(each => measure(each, windows))
  const outside = segments.filter(segment => !segment.inScope)
  const recovery = recoveryOf(traffic, windows, options)
  const { steady, fault, after } = windows
  return {
    isolation: isolationOf(harmsOf(outside)),
    falseAccepts: history.deadSessionProbes.filter(probe => probe.accepted).length,
    timeToContainMs: timeToContainMs(traffic, windows, options.stepMs, options.windowMs),
    timeToRecoverMs: recovery.timeToRecoverMs,
    metastable: recovery.metastable,
    amplification: amplificationOf(history),
    segments,
    unmeasured: segments.filter(segment => segment.harm === null).map(labelOf),
    unsettled: recovery.unsettled.map(each => labelOf(each.segment)),
    harmedOutside: harmedAmong(outside, harmFloor),
    recovery: recoveryKindOf(history, recovery),
    cohorts: cohortsOf(history),
    refusedSignIns: refusedOf(
      traffic.filter(({ segment }) => segment.app !== controlApp),
      windows,
    ),
    attribution: attributionOf(history, history.refusals ?? new Map(), history.standings ?? new Map()),
    reportCurve: reportCurveOf(history),
    refugees: history.refugees?.length ?? 0,
    statusLevels: history.statusLevels ?? [],
    windows: { steady, fault, after },
  }
}

/** The segments harmed beyond a floor, worst first. */
function harmedAmong(segments: readonly SegmentOutcome[], floor: number): HarmedSegment[] {
  return segments
    .flatMap(({ app, surface, region, activity, harm, steadyGoodput, faultGoodput }) =>
      harm === null || harm <= floor || steadyGoodput === null || faultGoodput === null
        ? []
        : [{ app, surface, region, activity, harm, steadyGoodput, faultGoodput }],
    )
    .toSorted((a, b) => b.harm - a.harm)
}

function recoveryKindOf(history: History, { metastable, timeToRecoverMs }: Recovery): RecoveryKind | null {
  if (history.faults.length === 0) return null
  if (!metastable) return timeToRecoverMs === null ? null : 'alone'
  if (history.recoversPushed === undefined) return null
  return history.recoversPushed ? 'pushed' : 'stuck'
}

function checkPositive(options: Record<string, number>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new UsageError(`the outcome option ${name} is ${value}: give a number above 0`)
    }
  }
}

function picked(traffic: readonly Traffic[], selector: Selector): Traffic[] {
  return traffic.filter(each => matches(selector, each.segment))
}

function harmsOf(segments: readonly SegmentOutcome[]): number[] {
  return segments.map(segment => segment.harm).filter(harm => harm !== null)
}

function measure(traffic: Traffic, windows: RunWindows): SegmentOutcome {
  const steady = traffic.tally(windows.steady)
  const during = traffic.tally(...windows.fault)
  const intents = intentsDuring(traffic, windows)
  return {
    ...traffic.segment,
    inScope: traffic.inScope,
    steadyGoodput: goodputOf(steady) ?? null,
    faultGoodput: goodputOf(during) ?? null,
    harm: harmOf(steady, during) ?? null,
    ...latenciesOf(intents),
    intents: traffic.intents.length,
    steadyIntents: steady.intended,
    inFaultIntents: during.intended,
    results: resultsOf(intents),
    fromDevice: intents.filter(intent => intent.fromDevice).length,
  }
}

function intentsDuring(traffic: Traffic, windows: RunWindows): Intent[] {
  return windows.fault.flatMap(window => traffic.within(window))
}

function resultsOf(intents: readonly Intent[]): Record<Result, number> {
  const counts = Object.fromEntries(results.map(result => [result, 0])) as Record<Result, number>
  for (const intent of intents) counts[intent.result] += 1
  return counts
}

function refusedOf(traffic: readonly Traffic[], windows: RunWindows): Refused {
  const signIns = traffic
    .filter(each => each.segment.activity === 'sign-in')
    .flatMap(each => intentsDuring(each, windows))
  const refusals = signIns.filter(intent => intent.result === 'refused')
  const told: Refused['told'] = { 'wrong-password': 0, 'try-later': 0, other: 0 }
  for (const refusal of refusals) told[refusal.told ?? 'other'] += 1
  return { count: refusals.length, share: signIns.length === 0 ? 0 : refusals.length / signIns.length, told }
}

/** Requests at auth for each intent of a user; null if the requests were not counted, or nobody intended anything. */
function amplificationOf(history: History): number | null {
  const intended = history.intents.filter(intent => intent.at >= 0).length
  if (history.authRequests === undefined || intended === 0) return null
  return history.authRequests / intended
}
