/**
 * How many sign-ins a second auth takes, as measured by what comes of them: each that is answered makes it one more,
 * so that it doubles within a second of use; one that is not answered halves it, and several in a row mean that auth is
 * away: then only a probe now and then goes through. The first probe that is answered brings back half of what auth
 * took before it went away, and never more than half of what one begins with: it may have come back cold. An auth that
 * fails at that again comes back at half of it, and so on.
 */
export interface PaceOptions {
  /** Where it begins. */
  startPerS?: number
  /** What it never goes below: what is still sent to an auth that is away. */
  leastPerS?: number
  mostPerS?: number
}

/** So many without an answer in a row, and auth is taken to be away. */
const awayAfter = 3
/** What fails within this time is one failure, ms. */
const episodeMs = 500

export class Pace {
  readonly #least: number
  readonly #most: number
  readonly #start: number
  #perS: number
  /** The pace before the failures that there are now, or the last ones. */
  #beforePerS: number
  #saved: number
  #savedAt = Date.now()
  #failedInARow = 0
  #halvedAt = Number.NEGATIVE_INFINITY

  constructor({ startPerS = 50, leastPerS = 2, mostPerS = 200 }: PaceOptions = {}) {
    this.#least = leastPerS
    this.#most = mostPerS
    this.#start = startPerS
    this.#perS = startPerS
    this.#beforePerS = startPerS
    this.#saved = startPerS
  }

  get perS(): number {
    return this.#perS
  }

  /** Whether auth gives no answers, so that only probes go through. */
  get isAway(): boolean {
    return this.#failedInARow >= awayAfter
  }

  /** The pace at which it goes on once an auth that is away answers. */
  get resumePerS(): number {
    const perS = Math.min(this.#start, this.#beforePerS) / 2
    return Math.min(this.#most, Math.max(this.#least + 1, perS))
  }

  /** How many may go at this moment; at most what a second brings. */
  available(): number {
    const now = Date.now()
    const elapsedS = Math.max(0, now - this.#savedAt) / 1000
    this.#savedAt = now
    this.#saved = Math.min(this.#burst(), this.#saved + elapsedS * this.#perS)
    return Math.floor(this.#saved)
  }

  /** Counts one that goes. Only after `available` has said that there is one. */
  take(): void {
    this.#saved -= 1
  }

  answered(): void {
    const perS = this.isAway ? this.resumePerS : Math.min(this.#most, this.#perS + 1)
    // The time until now counts at the pace that there was.
    this.#change(perS)
    this.#failedInARow = 0
  }

  unavailable(): void {
    if (this.#failedInARow === 0) this.#beforePerS = this.#perS
    this.#failedInARow += 1
    const now = Date.now()
    if (this.isAway) this.#change(this.#least)
    else if (now - this.#halvedAt >= episodeMs) {
      this.#halvedAt = now
      this.#change(Math.max(this.#least, this.#perS / 2))
    }
  }

  #change(perS: number): void {
    this.available()
    this.#perS = perS
    this.#saved = Math.min(this.#saved, this.#burst())
  }

  /** When auth is away, probes are single. */
  #burst(): number {
    return this.isAway ? 1 : Math.max(1, this.#perS)
  }
}
