/** Latencies as HdrHistogram keeps them: three significant digits from a microsecond to two minutes, the tail included. */
import { build, type Histogram } from 'hdr-histogram-js'
import type { Intent, Result } from './history.ts'

/** Results that came with an answer; the latency of the others is the client's own deadline, not the service's. */
const answered: ReadonlySet<Result> = new Set(['served', 'degraded', 'signed-out', 'refused', 'error'])

const microsecondsMax = 120_000_000

export type Latencies = {
  /** From the intended start, ms; null if no intent got an answer. */
  p50Ms: number | null
  p90Ms: number | null
  p99Ms: number | null
  p999Ms: number | null
  maxMs: number | null
}

export const noLatencies: Latencies = { p50Ms: null, p90Ms: null, p99Ms: null, p999Ms: null, maxMs: null }

/** Percentiles of the latency of the intents that got an answer, from the intended start. */
export function latenciesOf(intents: readonly Intent[]): Latencies {
  const latencies = intents.filter(({ result }) => answered.has(result)).map(({ latencyMs }) => latencyMs)
  if (latencies.length === 0) return noLatencies
  const histogram = histogramOf(latencies)
  // No more digits than are known.
  const at = (percentile: number) =>
    Number((histogram.getValueAtPercentile(percentile) / 1_000).toPrecision(3))
  return { p50Ms: at(50), p90Ms: at(90), p99Ms: at(99), p999Ms: at(99.9), maxMs: at(100) }
}

/** Values in ms; what is longer than the longest counts as that. */
export function histogramOf(values: readonly number[]): Histogram {
  const histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: microsecondsMax,
    numberOfSignificantValueDigits: 3,
  })
  for (const value of values) {
    histogram.recordValue(Math.min(microsecondsMax, Math.max(0, Math.round(value * 1_000))))
  }
  return histogram
}

/**
 * Nearest rank, exactly, of a few values: the smallest that at least `share` (above 0, at most 1) of all values do not
 * exceed. Null if there are none.
 */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null
}
