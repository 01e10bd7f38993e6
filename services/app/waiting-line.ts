/**
 * Who waits, by ticket number. Bounded; who does not come back when told to is passed over, and then taken out.
 *
 * Between the visits that a place is kept for, its holder is away. So there are two ways to count who is ahead: all
 * that wait (for the order, and for what people are told), and those that should be here at this moment.
 */
interface Waiting {
  number: number
  /** From when on it is back in time: people come a little sooner than told, too. ms since the epoch. */
  backFrom: number
  /** When it was told to be back, ms since the epoch. */
  dueAt: number
}

export interface Ahead {
  /** All that wait and are not late. */
  waiting: number
  /** Those of them whose time to be back is now. */
  due: number
}

/** How much sooner than told one may come, as a part of the time told. */
const soonerPart = 0.25
/** For so long after its time, one that is not here yet is waited for by those that are, ms. */
const dueMs = 250
/** So long after its time, one is not counted any more, ms. */
const lateMs = 1_000
/** And so long, and one's place is not held any more. It is found again by the number of whoever comes back. */
const goneMs = 5_000
const sweepMs = 250

export class WaitingLine {
  readonly #max: number
  #line: Waiting[] = []
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor({ max = 10_000 } = {}) {
    this.#max = max
  }

  /** Who is ahead of a number, whether it waits itself or not. */
  ahead(number: number): Ahead {
    this.#sweep()
    const now = Date.now()
    const ahead = { waiting: 0, due: 0 }
    for (const waiting of this.#line) {
      if (waiting.number >= number) break
      const overdueMs = now - waiting.dueAt
      if (overdueMs <= lateMs) ahead.waiting += 1
      if (overdueMs >= 0 && overdueMs <= dueMs) ahead.due += 1
    }
    return ahead
  }

  /** Whether a number comes sooner than it was told to. */
  isTooSoon(number: number): boolean {
    const held = this.#line[this.#placeOf(number)]
    return held?.number === number && Date.now() < held.backFrom
  }

  /**
   * Puts a number in its place, to be back after `toldMs`; one that came too soon keeps the time it was told before.
   * Gives how long it is until then, ms. A full line holds those with the lowest numbers.
   */
  hold(number: number, toldMs: number): number {
    const now = Date.now()
    const times = { backFrom: now + toldMs * (1 - soonerPart), dueAt: now + toldMs }
    const place = this.#placeOf(number)
    const held = this.#line[place]
    if (held?.number === number) {
      if (now < held.backFrom) return held.dueAt - now
      Object.assign(held, times)
    } else if (place < this.#max) {
      this.#line.splice(place, 0, { number, ...times })
      if (this.#line.length > this.#max) this.#line.pop()
    }
    return toldMs
  }

  remove(number: number): void {
    const place = this.#placeOf(number)
    if (this.#line[place]?.number === number) this.#line.splice(place, 1)
  }

  /** Where a number stands, or would stand. */
  #placeOf(number: number): number {
    let low = 0
    let high = this.#line.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#line[middle]?.number ?? number) < number) low = middle + 1
      else high = middle
    }
    return low
  }

  #sweep(): void {
    const now = Date.now()
    if (Math.abs(now - this.#sweptAt) < sweepMs) return
    this.#sweptAt = now
    this.#line = this.#line.filter(({ dueAt }) => now - dueAt <= goneMs)
  }
}
