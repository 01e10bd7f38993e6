import { ChunkQueue } from './chunk-queue.ts'
import type { Chunk } from './stage.ts'

/** The bytes that a stage holds and passes on in pieces, oldest first. A piece is never of two chunks. */
export class PieceQueue {
  readonly #chunks = new ChunkQueue()
  /** What has been taken already of the first chunk. */
  #takenBytes = 0

  get bytes(): number {
    return this.#chunks.bytes - this.#takenBytes
  }

  get empty(): boolean {
    return this.#chunks.length === 0
  }

  /** What is left of the first chunk; undefined if there is none. */
  get first(): Chunk | undefined {
    const chunk = this.#chunks.first?.chunk
    if (chunk === undefined || this.#takenBytes === 0) return chunk
    return { data: chunk.data.subarray(this.#takenBytes), receivedAt: chunk.receivedAt }
  }

  push(chunk: Chunk): void {
    this.#chunks.push(chunk, chunk.receivedAt)
  }

  /** Takes so many bytes of the first chunk out, or all that is left of it. */
  take(bytes: number): Buffer {
    const rest = this.first?.data ?? Buffer.alloc(0)
    if (bytes < rest.length) {
      this.#takenBytes += bytes
      return rest.subarray(0, bytes)
    }
    this.#chunks.shift()
    this.#takenBytes = 0
    return rest
  }

  /** Takes everything out, oldest first. */
  drain(): Chunk[] {
    const { first } = this
    const chunks = this.#chunks.drain()
    this.#takenBytes = 0
    return first === undefined ? [] : [first, ...chunks.slice(1)]
  }
}
