/** What can be said of a run while it goes on: cheap, and from what has come to its end by then. */
import type { Recorded } from '../crowd/crowd.ts'
import { ScenarioError } from '../errors.ts'
import type { Intent, Segment } from '../outcome/history.ts'
import { forcedLogoutsOf } from '../outcome/sessions.ts'
import { matches, type Selector, selectorProblems } from '../scope.ts'

/** What `abortWhen` looks at. A selector left out picks everything. */
export interface LiveMeasures {
  /** Milliseconds since the timeline began. */
  readonly nowMs: number
  /**
   * (served + degraded) / all, of the intents that came to their end within the last `overMs` (2,000); NaN if none did,
   * so that no comparison with it holds.
   */
  goodput(selector?: Selector, overMs?: number): number
  /** 1 - that goodput / the goodput of the steady state: 0..1, or NaN where there is nothing to compare. */
  harm(selector?: Selector, overMs?: number): number
  /** Of the sessions alive when the first fault began, the share forced out since: 0..1. */
  forcedLogoutShare(selector?: Selector): number
  /** Requests with a revoked session that were served. */
  readonly falseAccepts: number
}

export interface LiveSource {
  /** Intents in the order in which they came to their end. */
  recorded: Recorded
  now(): number
  /** When the first fault comes on, ms. */
  firstFaultMs: number
  /** What a selector may pick from: one that could pick nothing throws ScenarioError. */
  segments: readonly Segment[]
}

const usualOverMs = 2_000

export function liveMeasures({ recorded, now, firstFaultMs, segments }: LiveSource): LiveMeasures {
  const checked = (selector: Selector): Selector => {
    const problems = selectorProblems(selector, segments)
    if (problems.length === 0) return selector
    throw new ScenarioError(`abortWhen asks for ${problems.join('; ')}`)
  }
  const goodput = (selector: Selector, overMs: number) =>
    goodputOf(latest(recorded.intents, now() - overMs).filter(intent => matches(selector, intent)))
  const steady = (selector: Selector) =>
    goodputOf(
      recorded.intents.filter(
        intent => intent.at >= 0 && endOf(intent) < firstFaultMs && matches(selector, intent),
      ),
    )
  return {
    get nowMs() {
      return now()
    },
    goodput: (selector = {}, overMs = usualOverMs) => goodput(checked(selector), overMs),
    harm: (selector = {}, overMs = usualOverMs) =>
      Math.max(0, 1 - goodput(checked(selector), overMs) / steady(selector)),
    forcedLogoutShare: (selector = {}) => {
      const faults = [{ fault: '', target: '', from: firstFaultMs, until: firstFaultMs }]
      return forcedLogoutsOf({ ...recorded, faults, end: now(), alive: [] }, checked(selector)).share
    },
    get falseAccepts() {
      return recorded.deadSessionProbes.filter(({ accepted }) => accepted).length
    },
  }
}

/** Those that ended since then: the last ones. */
function latest(intents: readonly Intent[], since: number): readonly Intent[] {
  return intents.slice(intents.findLastIndex(intent => endOf(intent) < since) + 1)
}

function endOf({ at, latencyMs }: Intent): number {
  return at + latencyMs
}

/** NaN of none. */
function goodputOf(intents: readonly Intent[]): number {
  return intents.filter(({ result }) => result === 'served' || result === 'degraded').length / intents.length
}
