/** Something with a moment, and its place in a heap. */
export interface Due {
  /** ms on the clock of `performance.now`. */
  dueAt: number
  /** -1: in none. Only the heap sets it. */
  place: number
}

/** Knows which of many is due first. A binary heap whose members know their places, so that any can be moved. */
export class DueHeap<T extends Due> {
  readonly #items: T[] = []

  get first(): T | undefined {
    return this.#items[0]
  }

  /** Puts it in, or where it belongs by its new moment. */
  put(item: T): void {
    if (item.place < 0) item.place = this.#items.push(item) - 1
    this.#settle(item)
  }

  /** Takes it out, if it is in. */
  remove(item: T): void {
    const { place } = item
    if (place < 0) return
    const last = this.#items.pop()
    item.place = -1
    if (last === undefined || last === item) return
    this.#items[place] = last
    last.place = place
    this.#settle(last)
  }

  /** Up while what is above it is due later, then down while something below it is due sooner. */
  #settle(item: T): void {
    for (;;) {
      const above = this.#items[(item.place - 1) >> 1]
      if (above === undefined || above.dueAt <= item.dueAt) break
      this.#swap(item, above)
    }
    for (;;) {
      const left = this.#items[item.place * 2 + 1]
      const right = this.#items[item.place * 2 + 2]
      const sooner = right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left
      if (sooner === undefined || sooner.dueAt >= item.dueAt) return
      this.#swap(item, sooner)
    }
  }

  #swap(one: T, other: T): void {
    const { place } = one
    one.place = other.place
    other.place = place
    this.#items[one.place] = one
    this.#items[other.place] = other
  }
}
