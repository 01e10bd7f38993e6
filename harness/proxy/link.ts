import type { Socket } from 'node:net'
import { beginsRequest, type Counters } from './counters.ts'
import { type Sink, Slot, type SlotHost } from './slot.ts'
import type { Chunk, Direction } from './stage.ts'
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
  readonly #tail: Sink
  #slots: Slot[]
  /** The active slots, in order. Empty: the fast path. */
  #chain: readonly Slot[] = []
  #closed = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#source = options.source
    this.#destination = options.destination
    this.#tail = this.#createTail()
    this.#slots = options.toxics.map(toxic => new Slot(toxic, this))
  }

  /** Starts its toxics, and to pass bytes. */
  start(): void {
    for (const slot of this.#slots) if (slot.wanted) slot.start()
    this.#rechain()
    const upstream = this.#options.direction === 'upstream'
    this.#source.on('data', upstream ? data => this.#fromClient(data) : data => this.#fromServer(data))
    this.#source.on('end', () => (this.#chain[0] ?? this.#tail).finish())
    this.#destination.on('drain', () => this.#wake(this.#chain.length - 1))
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

  /** The connection is over: drops what is held. */
  destroy(): void {
    this.#closed = true
    for (const slot of this.#slots) slot.destroy()
    this.#slots = []
    this.#chain = []
  }

  // --- for its slots ---

  random(): number {
    return this.#options.random()
  }

  ready(slot: Slot): void {
    this.#wake(this.#chain.indexOf(slot) - 1)
  }

  close(): void {
    this.#options.connection.close()
  }

  reset(): void {
    this.#options.connection.reset()
  }

  fault(error: unknown, slot: Slot): void {
    const { name, type } = slot.toxic
    this.#options.connection.fault(new Error(`toxic ${name} (${type.type}) failed`, { cause: error }))
  }

  // --- internal ---

  #fromClient(data: Buffer): void {
    const { counters } = this.#options
    counters.upstreamBytes += data.length
    if (beginsRequest(data)) counters.upstreamRequests += 1
    this.#forward(data)
  }

  #fromServer(data: Buffer): void {
    this.#options.counters.downstreamBytes += data.length
    this.#forward(data)
  }

  #forward(data: Buffer): void {
    const first = this.#chain[0]
    if (first === undefined) {
      this.#send(data)
      if (this.#tail.full) this.#source.pause()
    } else {
      first.write({ data, receivedAt: performance.now() })
      if (first.full) this.#source.pause()
    }
  }

  #send(data: Buffer): void {
    if (!this.#destination.writable) return
    const { counters, direction } = this.#options
    if (direction === 'upstream') counters.upstreamSentBytes += data.length
    else counters.downstreamSentBytes += data.length
    this.#destination.write(data)
  }

  #createTail(): Sink {
    const destination = this.#destination
    return {
      get full() {
        return destination.writableNeedDrain
      },
      write: (chunk: Chunk) => this.#send(chunk.data),
      finish: () => destination.end(),
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
    this.#chain = this.#slots.filter(slot => slot.active)
    for (const [index, slot] of this.#chain.entries()) slot.next = this.#chain[index + 1] ?? this.#tail
  }

  /** Tells whoever feeds the place after `index` in the chain that it takes bytes again; -1 is the source. */
  #wake(index: number): void {
    const slot = this.#chain[index]
    if (slot !== undefined) slot.resume()
    else if (!this.#closed && !(this.#chain[0] ?? this.#tail).full) this.#source.resume()
  }
}
