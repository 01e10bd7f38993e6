/** The longest stretch of time, ms, whose share may be made up for at once. */
const catchUpMs = 50

/**
 * So many a second and never more: what a busy machine did not get to is left out, not sent in a burst afterwards.
 * Over any stretch of time there are at most `perSecond` of it, and those of 50 ms (at least one) besides.
 */
export class Pace {
  readonly #perSecond: number
  readonly #now: () => number
  #at: number
  #saved = 0

  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond
    this.#now = now
    this.#at = now()
  }

  /** Whether one may begin now; counts as begun then. */
  take(): boolean {
    const now = this.#now()
    const savedMax = Math.max(1, (this.#perSecond * catchUpMs) / 1_000)
    this.#saved = Math.min(savedMax, this.#saved + ((now - this.#at) * this.#perSecond) / 1_000)
    this.#at = now
    if (this.#saved < 1) return false
    this.#saved -= 1
    return true
  }
}
