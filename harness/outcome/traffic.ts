import { inScope, type Scope } from '../scope.ts'
import { type Intent, pooledRegion, type Result, type Segment } from './history.ts'
import type { Window } from './windows.ts'

/** How many intents there were, and how many of them did what their user wanted (served or degraded). */
export type Tally = {
  intended: number
  good: number
}

/** The intents of one segment in the order of their intended start, counted in any window without a walk over them. */
export class Traffic {
  readonly segment: Segment
  readonly inScope: boolean
  /** Sorted by `at`; none from the warm-up. */
  readonly intents: readonly Intent[]
  /** How many of the first n intents were good, for n from 0 to their number. */
  private readonly goodOfFirst: readonly number[]

  constructor(segment: Segment, isInScope: boolean, intents: readonly Intent[]) {
    this.segment = segment
    this.inScope = isInScope
    this.intents = intents.toSorted((a, b) => a.at - b.at)
    const goodOfFirst = [0]
    let good = 0
    for (const intent of this.intents) {
      if (isGood(intent.result)) good += 1
      goodOfFirst.push(good)
    }
    this.goodOfFirst = goodOfFirst
  }

  /** The intents of a window. */
  within(window: Window): readonly Intent[] {
    return this.intents.slice(this.indexAt(window.from), this.indexAt(window.until))
  }

  /** Counts one window, or several that do not overlap. */
  tally(...windows: readonly Window[]): Tally {
    return sumOf(windows.map(({ from, until }) => this.count(this.indexAt(from), this.indexAt(until))))
  }

  /** Counts a window, reaching on past its end until it holds `minIntents` or meets `limit` (ms). */
  pooledTally(window: Window, minIntents: number, limit: number): Tally {
    const first = this.indexAt(window.from)
    const pooled = Math.min(first + minIntents, this.indexAt(limit))
    return this.count(first, Math.max(pooled, this.indexAt(window.until)))
  }

  private count(first: number, end: number): Tally {
    const good = (this.goodOfFirst[end] ?? 0) - (this.goodOfFirst[first] ?? 0)
    return { intended: end - first, good }
  }

  /** How many intents were to start before a time. */
  private indexAt(time: number): number {
    let low = 0
    let high = this.intents.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const intent = this.intents[middle]
      if (intent !== undefined && intent.at < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

/**
 * The traffic of every segment that has any from 0 on, sorted by app, surface, region and activity.
 *
 * An intent that was in flight when the first fault came counts from that moment on: what became of it is no longer the
 * steady state's doing. Every other intent counts from its intended start.
 */
export function trafficOf(intents: readonly Intent[], scope: Scope, injectedAt?: number): Traffic[] {
  const timely = intents.filter(intent => intent.at >= 0).map(intent => fromFault(intent, injectedAt))
  const groups = Map.groupBy(timely, labelOf)
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group
      if (first === undefined) return []
      const { app, surface, region, activity } = first
      const segment = { app, surface, region, activity }
      return [new Traffic(segment, inScope(scope, segment), group)]
    })
}

function fromFault(intent: Intent, injectedAt: number | undefined): Intent {
  if (injectedAt === undefined) return intent
  const inFlight = intent.at < injectedAt && intent.at + intent.latencyMs > injectedAt
  return inFlight ? { ...intent, at: injectedAt } : intent
}

/** A segment in words: `feed web us browse`, or `feed web browse` where regions are put together. */
export function labelOf({ app, surface, region, activity }: Segment): string {
  return [app, surface, ...(region === pooledRegion ? [] : [region]), activity].join(' ')
}

export function isGood(result: Result): boolean {
  return result === 'served' || result === 'degraded'
}

export function sumOf(tallies: readonly Tally[]): Tally {
  return {
    intended: tallies.reduce((sum, tally) => sum + tally.intended, 0),
    good: tallies.reduce((sum, tally) => sum + tally.good, 0),
  }
}

/** The share of intents that were good; undefined if nothing was intended. */
export function goodputOf(tally: Tally): number | undefined {
  return tally.intended === 0 ? undefined : tally.good / tally.intended
}

/** The mean, or undefined of nothing. */
export function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}
