/**
 * Retries as a share of requests, so that a dependency in trouble sees at most that much more load
 * (Google SRE book, "Handling Overload": about one retry in ten requests per client).
 */
export class RetryBudget {
  readonly #share: number
  readonly #max: number
  #tokens: number

  /** `share`: retries earned per request. `max`: retries that may be saved up, and what it starts with. */
  constructor({ share = 0.1, max = 5 } = {}) {
    this.#share = share
    this.#max = max
    this.#tokens = max
  }

  /** Counts a request. */
  deposit(): void {
    this.#tokens = Math.min(this.#max, this.#tokens + this.#share)
  }

  /** Takes one retry out; false when there is none left. */
  withdraw(): boolean {
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
