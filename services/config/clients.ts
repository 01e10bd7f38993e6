/** Who watches a document, and what each has said about its versions. */
import type { KnownClient } from './plan.ts'

/** What a client said about a version. */
export interface Acknowledgement {
  client: string
  version: number
  status: 'applied' | 'refused'
  reason?: string
  /** ms since the epoch. */
  at: number
}

const acknowledgementsMax = 20
const clientsMax = 1_000
/** Between two watches a client is not gone; ms. */
const absentAfterMs = 3_000

interface Entry {
  region?: string
  watches: number
  heardAt: number
  acknowledgements: (Acknowledgement & { order: number })[]
}

export class Clients {
  readonly #entries = new Map<string, Entry>()
  #count = 0

  /** `at`: ms on a clock that only goes forward. */
  heard({ client, region }: KnownClient, at: number): void {
    const entry = this.#entry(client)
    entry.heardAt = at
    if (region !== undefined) entry.region = region
  }

  /** A watch of this client is open until the returned function is called with the time. */
  watching(client: string): (at: number) => void {
    const entry = this.#entry(client)
    entry.watches += 1
    return at => {
      entry.watches -= 1
      entry.heardAt = at
    }
  }

  /** Those who are there now. */
  present(at: number): KnownClient[] {
    return [...this.#entries]
      .filter(([, { watches, heardAt }]) => watches > 0 || at - heardAt < absentAfterMs)
      .map(([client, { region }]) => ({ client, ...(region === undefined ? {} : { region }) }))
  }

  /** Keeps what is new: the same said twice running is said once. */
  acknowledge(said: Acknowledgement): void {
    const { acknowledgements } = this.#entry(said.client)
    const last = acknowledgements.at(-1)
    if (last && last.version === said.version && last.status === said.status && last.reason === said.reason)
      return
    this.#count += 1
    acknowledgements.push({ ...said, order: this.#count })
    if (acknowledgements.length > acknowledgementsMax) acknowledgements.shift()
  }

  /** The last ones of each client, in the order in which they came. */
  get acknowledgements(): Acknowledgement[] {
    return [...this.#entries.values()]
      .flatMap(({ acknowledgements }) => acknowledgements)
      .sort((a, b) => a.order - b.order)
      .map(({ order: _, ...said }) => said)
  }

  #entry(client: string): Entry {
    const known = this.#entries.get(client)
    if (known) return known
    if (this.#entries.size >= clientsMax) this.#forgetOne()
    const entry: Entry = { watches: 0, heardAt: Number.NEGATIVE_INFINITY, acknowledgements: [] }
    this.#entries.set(client, entry)
    return entry
  }

  /** Names come from outside, so there must be an end to them: the longest silent goes first. */
  #forgetOne(): void {
    const idle = [...this.#entries].filter(([, { watches }]) => watches === 0)
    const [oldest] = idle.toSorted(([, a], [, b]) => a.heardAt - b.heardAt)
    if (oldest) this.#entries.delete(oldest[0])
  }
}
