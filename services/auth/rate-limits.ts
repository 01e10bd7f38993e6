/** Limits on attempts, in this process's memory: with two replicas an attacker gets at most twice as many. */
interface Bucket {
  tokens: number
  atMs: number
}

export interface BucketLimits {
  /** How many attempts may come at once. */
  burst: number
  perSecond: number
  /** How many names are remembered; the one that was asked for least lately goes first. */
  namesMax?: number
}

/** A token bucket for each name. */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>()
  readonly #limits: Required<BucketLimits>

  constructor(limits: BucketLimits) {
    this.#limits = { namesMax: 10_000, ...limits }
  }

  /** Takes a token and gives 0, or gives how long to wait for one, ms. */
  take(name: string): number {
    const { burst, perSecond, namesMax } = this.#limits
    const nowMs = Date.now()
    const { tokens, atMs } = this.#buckets.get(name) ?? { tokens: burst, atMs: nowMs }
    const filled = Math.min(burst, tokens + (Math.max(0, nowMs - atMs) * perSecond) / 1000)
    const left = filled >= 1 ? filled - 1 : filled
    // Put at the end: the first is the one that was asked for least lately.
    this.#buckets.delete(name)
    this.#buckets.set(name, { tokens: left, atMs: nowMs })
    if (this.#buckets.size > namesMax) this.#buckets.delete(this.#buckets.keys().next().value ?? '')
    return filled >= 1 ? 0 : Math.ceil(((1 - filled) * 1000) / perSecond)
  }

  /** Gives a token back: the attempt did not count after all. */
  giveBack(name: string): void {
    const bucket = this.#buckets.get(name)
    if (bucket) bucket.tokens = Math.min(this.#limits.burst, bucket.tokens + 1)
  }

  get size(): number {
    return this.#buckets.size
  }
}
