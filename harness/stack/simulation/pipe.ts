/**
 * One direction of a virtual connection. Messages pass the slots of the fault proxy's own toxics, byte for byte: what
 * they hold, lose, slow down or cut is what they would of a real stream.
 */
import { Slot, type SlotHost } from '../../proxy/slot.ts'
import type { Chunk } from '../../proxy/stage.ts'
import type { Toxic } from '../../proxy/toxic.ts'

/** A message that is under way: how much of it has not come yet, and who waits for the last of it. */
interface Expected {
  left: number
  arrived(): void
}

export interface PipeHost {
  random(): number
  close(): void
  reset(): void
}

/** Of what the messages say nothing is looked at on the way: so many bytes of it. */
const nothing = Buffer.alloc(64 * 1024)

export class Pipe implements SlotHost {
  readonly #host: PipeHost
  readonly #expected: Expected[] = []
  readonly #sink = {
    full: false,
    write: (chunk: Chunk) => this.#arrive(chunk.data.length),
    finish: () => this.#finish(),
  }
  #slots: Slot[]
  #chain: readonly Slot[] = []
  #isOver = false
  #closesAfterEnd = false

  constructor(host: PipeHost, toxics: readonly Toxic[]) {
    this.#host = host
    this.#slots = toxics.map(toxic => new Slot(toxic, this))
    for (const slot of this.#slots) if (slot.wanted) slot.start()
    this.#rechain()
  }

  /** Sends so many bytes; `arrived` is called when the last of them has come out. */
  send(bytes: number, arrived: () => void): void {
    if (this.#isOver) return
    const first = this.#chain[0]
    if (!first) {
      arrived()
      return
    }
    this.#expected.push({ left: bytes, arrived })
    const data = bytes <= nothing.length ? nothing.subarray(0, bytes) : Buffer.alloc(bytes)
    first.write({ data, receivedAt: performance.now() })
  }

  add(toxic: Toxic): void {
    if (this.#isOver) return
    const slot = new Slot(toxic, this)
    this.#slots.push(slot)
    if (!slot.wanted) return
    slot.start()
    this.#rechain()
  }

  remove(toxic: Toxic): void {
    const slot = this.#slots.find(each => each.toxic === toxic)
    if (!slot) return
    this.#slots = this.#slots.filter(each => each !== slot)
    if (slot.active) slot.release()
    this.#rechain()
  }

  /** The connection is over: what is under way is dropped. */
  destroy(): void {
    this.#isOver = true
    for (const slot of this.#slots) slot.destroy()
    this.#slots = []
    this.#chain = []
  }

  // --- for its slots ---

  random(): number {
    return this.#host.random()
  }

  ready(): void {
    // Who sends waits for an answer before there is more.
  }

  close(): void {
    this.#host.close()
  }

  closeAfterEnd(): void {
    this.#closesAfterEnd = true
  }

  reset(): void {
    this.#host.reset()
  }

  fault(error: unknown): never {
    throw error
  }

  // --- internal ---

  #arrive(bytes: number): void {
    let left = bytes
    for (let first = this.#expected[0]; first && left > 0 && !this.#isOver; first = this.#expected[0]) {
      const part = Math.min(left, first.left)
      first.left -= part
      left -= part
      if (first.left > 0) return
      this.#expected.shift()
      first.arrived()
    }
  }

  #finish(): void {
    if (this.#closesAfterEnd) this.#host.close()
  }

  #rechain(): void {
    this.#chain = this.#slots.filter(slot => slot.active)
    for (const [index, slot] of this.#chain.entries()) slot.next = this.#chain[index + 1] ?? this.#sink
  }
}
