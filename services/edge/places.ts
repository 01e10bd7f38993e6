/**
 * How many requests may be under way at the edge at a time. What finds no place is told so at once: a queue in front
 * of something that hangs only makes everybody wait.
 */
export interface PlacesOptions {
  /** Places of the whole edge. */
  total: () => number
  /**
   * `bulkhead`: each app has a compartment of its own, a quarter of the places. Without it all share one room, which
   * one hanging app fills.
   */
  bulkhead: boolean
}

/** A quarter, not one part for each app: they do not all need theirs at once. */
const compartmentShare = 1 / 4
const commonRoom = '*'

export class Places {
  readonly #total: () => number
  readonly #bulkhead: boolean
  readonly #taken = new Map<string, number>()

  constructor({ total, bulkhead }: PlacesOptions) {
    this.#total = total
    this.#bulkhead = bulkhead
  }

  /** Takes a place for a request to an app; false if there is none. Each one taken is given back with `leave`. */
  enter(app: string): boolean {
    const room = this.#roomOf(app)
    const taken = this.#taken.get(room) ?? 0
    const limit = this.#bulkhead ? Math.max(1, Math.floor(this.#total() * compartmentShare)) : this.#total()
    if (taken >= limit) return false
    this.#taken.set(room, taken + 1)
    return true
  }

  leave(app: string): void {
    const room = this.#roomOf(app)
    this.#taken.set(room, (this.#taken.get(room) ?? 0) - 1)
  }

  #roomOf(app: string): string {
    return this.#bulkhead ? app : commonRoom
  }
}
