/**
 * A run beside its twin: the same seed and load on the same stack, without the faults. What the run has beyond its twin is
 * the faults' doing; what the twin has is the noise of that hour on that machine.
 */

import type { Scope } from '../scope.ts'
import type { FaultWindow, History, Segment } from './history.ts'
import { computeOutcome, type Outcome, type OutcomeOptions } from './outcome.ts'
import { labelOf } from './traffic.ts'

export type Twin = {
  /** Of the run without faults, in the windows of the one with them. */
  isolation: number
  forcedLogouts: number
  /** What the faults added: the twin's number less the run's for isolation, the run's less the twin's for all else. */
  effect: {
    isolation: number
    forcedLogouts: number
    /** Of each segment measured in both, the most affected first. */
    segments: (TwinSegment & { harm: number; twinHarm: number; effect: number })[]
  }
}

type TwinSegment = { [Field in keyof Segment]: Segment[Field] }

/** `faults`: when those of the run were on. */
export function twinOf(
  outcome: Outcome,
  twin: History,
  { faults, scope, options }: { faults: readonly FaultWindow[]; scope: Scope; options: OutcomeOptions },
): Twin {
  const without = computeOutcome({ ...twin, faults: [...faults] }, scope, options)
  const harms = new Map(without.segments.map(segment => [labelOf(segment), segment.harm]))
  const segments = outcome.segments.flatMap(segment => {
    const { app, surface, region, activity, harm } = segment
    const twinHarm = harms.get(labelOf(segment))
    if (harm === null || twinHarm === undefined || twinHarm === null) return []
    return [{ app, surface, region, activity, harm, twinHarm, effect: harm - twinHarm }]
  })
  const lost = without.forcedLogouts().count
  return {
    isolation: without.isolation,
    forcedLogouts: lost,
    effect: {
      isolation: without.isolation - outcome.isolation,
      forcedLogouts: outcome.forcedLogouts().count - lost,
      segments: segments.toSorted((a, b) => b.effect - a.effect),
    },
  }
}
