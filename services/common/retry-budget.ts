/**
 * Retries as a share of requests, so that a dependency in trouble sees at most that much more load
 * (Google SRE book, "Handling Overload": about one retry in ten requests per client), and a few a second however few the
 * requests are: where one of two instances hangs, a share alone leaves somebody without an answer each time that its
 * circuit is probed. Twitter's Finagle has both, too.
 */
export class RetryBudget {
  readonly #share: number
  readonly #perSecond: number
  readonly #max: number
  #tokens: number
  #earnedAt = Date.now()

  /**
   * `share`: retries earned per request. `perSecond`: retries earned by the passing of time. `max`: retries that may be
   * saved up, and what it starts with.
   */
  constructor({ share = 0.1, perSecond = 3, max = 5 } = {}) {
    this.#share = share
    this.#perSecond = perSecond
    this.#max = max
    this.#tokens = max
  }

  /** Counts a request. */
  deposit(): void {
    this.#earn(this.#share)
  }

  /** Takes one retry out; false when there is none left. */
  withdraw(): boolean {
    this.#earn(0)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  #earn(tokens: number): void {
    const now = Date.now()
    const byTime = (this.#perSecond * Math.max(0, now - this.#earnedAt)) / 1_000
    this.#tokens = Math.min(this.#max, this.#tokens + tokens + byTime)
    this.#earnedAt = now
  }
}
