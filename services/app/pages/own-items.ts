/**
 * What users have written, for as long as the process lives: enough for a page to show what was just sent. Bounded in
 * users and in items for each; the user not heard of for longest is dropped first.
 */
export class OwnItems {
  readonly #items = new Map<string, readonly string[]>()
  readonly #usersMax: number
  readonly #itemsMax: number

  constructor({ usersMax = 1_000, itemsMax = 3 } = {}) {
    this.#usersMax = usersMax
    this.#itemsMax = itemsMax
  }

  /** Newest first. */
  of(subject: string): readonly string[] {
    return this.#items.get(subject) ?? []
  }

  add(subject: string, text: string): void {
    const items = [text, ...this.of(subject)].slice(0, this.#itemsMax)
    // Re-inserted, so that the map's order is the order of last use.
    this.#items.delete(subject)
    this.#items.set(subject, items)
    const oldest = this.#items.keys().next().value
    if (this.#items.size > this.#usersMax && oldest !== undefined) this.#items.delete(oldest)
  }
}
