/** So many a second, and twice as many at once after a quiet while. */
export class RatePerSecond {
  readonly #perSecond: number
  #left: number
  #at = Date.now()

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#left = 2 * perSecond
  }

  take(): boolean {
    const now = Date.now()
    // A clock that was set back gives nothing, and takes nothing away.
    const earned = (Math.max(0, now - this.#at) / 1_000) * this.#perSecond
    this.#left = Math.min(2 * this.#perSecond, this.#left + earned)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
