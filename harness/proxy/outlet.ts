import type { Socket } from 'node:net'
import type { Sink } from './slot.ts'
import { readBytesMax } from './sockets.ts'
import type { Chunk } from './stage.ts'

/** What is to be written, where the destination takes all of it at once: nearly always, so all share it. */
let staging = Buffer.allocUnsafeSlow(readBytesMax)

/** The end of a link: writes to its destination. */
export class Outlet implements Sink {
  readonly #destination: Socket
  readonly #count: (bytes: number) => void

  /** `count` is told how many bytes are handed to the destination. */
  constructor(destination: Socket, count: (bytes: number) => void) {
    this.#destination = destination
    this.#count = count
  }

  /** Not by `writableNeedDrain`, which is true for a moment after every large write. */
  get full(): boolean {
    const destination = this.#destination
    return destination.writableLength >= destination.writableHighWaterMark && !destination.destroyed
  }

  write({ data }: Chunk): void {
    if (!this.#destination.writable) return
    this.#count(data.length)
    this.#destination.write(data)
  }

  /** Writes what is only lent. */
  writeLent(lent: Buffer): void {
    const destination = this.#destination
    if (!destination.writable) return
    this.#count(lent.length)
    if (destination.writableLength > 0 || destination.connecting) {
      destination.write(Buffer.from(lent))
      return
    }
    staging.set(lent)
    destination.write(staging.subarray(0, lent.length))
    // It was not all taken: the destination holds the buffer until it is.
    if (destination.writableLength > 0) staging = Buffer.allocUnsafeSlow(readBytesMax)
  }

  finish(): void {
    this.#destination.end()
  }
}
