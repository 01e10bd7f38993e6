import type { Counters } from '../counters.ts'
import type { AttributeValues } from '../stage.ts'
import type { Toxic } from '../toxic.ts'
import { http } from '../toxics/http.ts'
import type { HttpAttributes } from './attributes.ts'
import type { RequestHead } from './head.ts'
import { matcher } from './match.ts'

export function isHttp(toxic: Toxic): boolean {
  return toxic.type.type === http.type
}

/** What a toxic has been asked so far. */
interface Tally {
  matched: number
  taken: number
}

/** The http toxics of one proxy, in order of adding, and which requests each of them takes. */
export class HttpToxics {
  readonly random: () => number
  readonly counters: Counters
  readonly #tallies = new WeakMap<Toxic, Tally>()
  readonly #matchers = new WeakMap<AttributeValues, (request: RequestHead) => boolean>()
  #all: readonly Toxic[] = []

  constructor(random: () => number, counters: Counters) {
    this.random = random
    this.counters = counters
  }

  get all(): readonly Toxic[] {
    return this.#all
  }

  get any(): boolean {
    return this.#all.length > 0
  }

  has(toxic: Toxic): boolean {
    return this.#all.includes(toxic)
  }

  add(toxic: Toxic): void {
    this.#all = [...this.#all, toxic]
  }

  remove(toxic: Toxic): void {
    this.#all = this.#all.filter(other => other !== toxic)
  }

  matches(toxic: Toxic, request: RequestHead): boolean {
    let test = this.#matchers.get(toxic.attributes)
    if (test === undefined) {
      test = matcher(attributesOf(toxic).match)
      this.#matchers.set(toxic.attributes, test)
    }
    return test(request)
  }

  /** Whether the toxic takes this matching request; counts it, so ask once for each. */
  takes(toxic: Toxic): boolean {
    const { every, share, limit } = attributesOf(toxic)
    const tally = this.#tallies.get(toxic) ?? { matched: 0, taken: 0 }
    this.#tallies.set(toxic, tally)
    tally.matched += 1
    if (every > 1 && tally.matched % every !== 0) return false
    if (share < 1 && this.random() >= share) return false
    if (limit !== undefined && tally.taken >= limit) return false
    tally.taken += 1
    return true
  }
}

export function attributesOf(toxic: Toxic): HttpAttributes {
  // Checked when it was made.
  return toxic.attributes as unknown as HttpAttributes
}
