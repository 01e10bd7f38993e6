import type { Intent, Result } from './history.ts'

/** Results that came with an answer; the latency of the others is the client's own deadline, not the service's. */
const answered: ReadonlySet<Result> = new Set(['served', 'degraded', 'signed-out', 'refused', 'error'])

/**
 * Nearest rank: the smallest value that at least `share` (above 0, at most 1) of all values do not exceed.
 * Null if there are no values.
 */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null
}

/** Median and 99th percentile latency of the intents that got an answer, ms from the intended start. */
export function latenciesOf(intents: readonly Intent[]): { p50Ms: number | null; p99Ms: number | null } {
  const sorted = intents
    .filter(intent => answered.has(intent.result))
    .map(intent => intent.latencyMs)
    .sort((a, b) => a - b)
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) }
}
