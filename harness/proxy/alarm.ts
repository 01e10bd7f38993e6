/** The longest that `setTimeout` can wait, ms; a longer one would fire at once. */
const timeoutMsMax = 2 ** 31 - 1

/** A timer for one moment at a time, on the clock of `performance.now`. It may ring late, but never early. */
export class Alarm {
  readonly #ring: () => void
  #timer: NodeJS.Timeout | undefined
  #dueAt = Number.POSITIVE_INFINITY

  constructor(ring: () => void) {
    this.#ring = ring
  }

  /** Rings once at `dueAt` (ms), instead of whenever it would have rung. */
  set(dueAt: number): void {
    if (this.#timer !== undefined && dueAt === this.#dueAt) return
    this.clear()
    this.#dueAt = dueAt
    const waitMs = Math.max(1, Math.ceil(dueAt - performance.now()))
    this.#timer = setTimeout(() => this.#expire(), Math.min(waitMs, timeoutMsMax))
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #expire(): void {
    this.#timer = undefined
    // setTimeout may fire up to 1 ms early, and long waits are taken in parts.
    if (performance.now() < this.#dueAt) this.set(this.#dueAt)
    else this.#ring()
  }
}
