import type { Socket } from 'node:net'
import { beginsRequest, type Counters } from './counters.ts'
import { Outlet } from './outlet.ts'
import { type Place, Slot, type SlotHost } from './slot.ts'
import type { Direction } from './stage.ts'
import type { Toxic } from './toxic.ts'

export interface LinkOptions {
  direction: Direction
  source: Socket
  destination: Socket
  counters: Counters
  toxics: readonly Toxic[]
  random: () => number
  connection: { close(): void; reset(): void; fault(error: unknown): void }
}

/**
 * One direction of a connection. Without active toxics every read is written straight on; with some, it goes
 * through their slots first. Toxics come and go between two reads, so no byte is lost, doubled or overtaken.
 * The source is not read from while what comes next is full.
 */
export class Link implements SlotHost {
  readonly #options: LinkOptions
  readonly #source: Socket
  readonly #destination: Socket
  readonly #outlet: Outlet
  #slots: Slot[]
  /** The client's side of the slots, where an http toxic stands. */
  #filter: Place | undefined
  /** The filter and the active slots, in order of passing. Empty: the fast path. */
  #chain: readonly Place[] = []
  /** The source is not read from. */
  #paused = false
  #closed = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#source = options.source
    this.#destination = options.destination
    const { counters, direction } = options
    this.#outlet = new Outlet(options.destination, bytes => {
      if (direction === 'upstream') counters.upstreamSentBytes += bytes
      else counters.downstreamSentBytes += bytes
    })
    this.#slots = options.toxics.map(toxic => new Slot(toxic, this))
  }

  /** Starts its toxics, and to pass bytes. */
  start(): void {
    for (const slot of this.#slots) if (slot.wanted) slot.start()
    this.#rechain()
    this.#source.on('end', () => (this.#chain[0] ?? this.#outlet).finish())
    this.#destination.on('drain', () => this.#wake(this.#chain.length - 1))
  }

  /** Takes what the source has read, which is only lent. Answers whether it is to be read from any further. */
  read(lent: Buffer): boolean {
    this.#count(lent)
    const first = this.#chain[0]
    if (first === undefined) this.#outlet.writeLent(lent)
    else first.write({ data: Buffer.from(lent), receivedAt: performance.now() })
    this.#paused = (this.#chain[0] ?? this.#outlet).full
    return !this.#paused
  }

  add(toxic: Toxic): void {
    if (this.#closed) return
    const slot = new Slot(toxic, this)
    this.#slots.push(slot)
    if (slot.wanted) this.#insert(slot)
  }

  /** Takes a toxic's new attributes and toxicity into effect. */
  update(toxic: Toxic): void {
    const slot = this.#slots.find(candidate => candidate.toxic === toxic)
    if (slot === undefined) return
    if (slot.active && slot.wanted) slot.update()
    else if (slot.active) this.#release(slot)
    else if (slot.wanted && !this.#closed) this.#insert(slot)
  }

  remove(toxic: Toxic): void {
    const slot = this.#slots.find(candidate => candidate.toxic === toxic)
    if (slot === undefined) return
    this.#slots = this.#slots.filter(other => other !== slot)
    if (slot.active) this.#release(slot)
  }

  /** Puts a filter between the client and the slots, or takes it away: it must hold nothing then. */
  setFilter(filter: Place | undefined): void {
    if (this.#closed) return
    this.#filter = filter
    this.#rechain()
    this.#wake(this.#options.direction === 'upstream' ? -1 : this.#chain.length - 1)
  }

  /** The connection is over: drops what is held. */
  destroy(): void {
    this.#closed = true
    for (const slot of this.#slots) slot.destroy()
    this.#slots = []
    this.#filter = undefined
    this.#chain = []
  }

  // --- for its slots ---

  random(): number {
    return this.#options.random()
  }

  ready(place: Place): void {
    this.#wake(this.#chain.indexOf(place) - 1)
  }

  close(): void {
    this.#options.connection.close()
  }

  closeAfterEnd(): void {
    this.#destination.once('finish', () => this.close())
  }

  reset(): void {
    this.#options.connection.reset()
  }

  fault(error: unknown, slot: Slot): void {
    const { name, type } = slot.toxic
    this.#options.connection.fault(new Error(`toxic ${name} (${type.type}) failed`, { cause: error }))
  }

  // --- internal ---

  #count(data: Buffer): void {
    const { counters, direction } = this.#options
    if (direction === 'downstream') counters.downstreamBytes += data.length
    else {
      counters.upstreamBytes += data.length
      if (beginsRequest(data)) counters.upstreamRequests += 1
    }
  }

  #insert(slot: Slot): void {
    slot.start()
    this.#rechain()
    // Whoever waited for what comes after may feed the new slot.
    this.ready(slot)
  }

  #release(slot: Slot): void {
    const before = this.#chain.indexOf(slot) - 1
    slot.release()
    this.#rechain()
    this.#wake(before)
  }

  #rechain(): void {
    if (this.#closed) return
    const chain: Place[] = this.#slots.filter(slot => slot.active)
    if (this.#filter && this.#options.direction === 'upstream') chain.unshift(this.#filter)
    else if (this.#filter) chain.push(this.#filter)
    this.#chain = chain
    for (const [index, place] of chain.entries()) place.next = chain[index + 1] ?? this.#outlet
  }

  /** Tells whoever feeds the place after `index` in the chain that it takes bytes again; -1 is the source. */
  #wake(index: number): void {
    const place = this.#chain[index]
    if (place !== undefined) place.resume()
    else if (this.#paused && !this.#closed && !(this.#chain[0] ?? this.#outlet).full) {
      this.#paused = false
      this.#source.resume()
    }
  }
}
