/**
 * How a service is doing, in its own eyes: what it answered well and what it did not (refused, signed out, failed),
 * over the last while. The gate of a staged rollout compares this before and after a new configuration.
 */
export interface HealthCount {
  good: number
  bad: number
}

const bucketMs = 250

/** Counts per quarter of a second, kept for as long as it is asked to look back. */
export class Health {
  readonly #buckets: { at: number; good: number; bad: number }[] = []
  readonly #keepMs: number

  constructor({ keepMs = 10_000 } = {}) {
    this.#keepMs = keepMs
  }

  note(good: boolean): void {
    const at = Math.floor(Date.now() / bucketMs) * bucketMs
    let bucket = this.#buckets.at(-1)
    if (bucket?.at !== at) {
      bucket = { at, good: 0, bad: 0 }
      this.#buckets.push(bucket)
      while ((this.#buckets[0]?.at ?? at) < at - this.#keepMs) this.#buckets.shift()
    }
    if (good) bucket.good += 1
    else bucket.bad += 1
  }

  /** What was noted from `from` (ms since the epoch) on, and before `until`; to a quarter of a second. */
  between(from: number, until = Number.POSITIVE_INFINITY): HealthCount {
    const count = { good: 0, bad: 0 }
    for (const { at, good, bad } of this.#buckets) {
      if (at < from || at >= until) continue
      count.good += good
      count.bad += bad
    }
    return count
  }
}
