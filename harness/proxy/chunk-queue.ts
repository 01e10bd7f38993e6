import type { Chunk } from './stage.ts'

interface Held {
  readonly chunk: Chunk
  readonly dueAt: number
}

/** The chunks that a stage holds, oldest first, each with the moment at which it may go. Knows its size in bytes. */
export class ChunkQueue {
  #items: Held[] = []
  #head = 0
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  get first(): Held | undefined {
    return this.#items[this.#head]
  }

  push(chunk: Chunk, dueAt: number): void {
    this.#items.push({ chunk, dueAt })
    this.#bytes += chunk.data.length
  }

  shift(): Held | undefined {
    const first = this.#items[this.#head]
    if (first === undefined) return undefined
    this.#head += 1
    this.#bytes -= first.chunk.data.length
    // Array.shift moves every element of a large array; cutting off the used half now and then costs next to nothing.
    if (this.#head > 1_000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return first
  }

  /** Takes everything out, oldest first. */
  drain(): Chunk[] {
    const chunks = this.#items.slice(this.#head).map(held => held.chunk)
    this.#items = []
    this.#head = 0
    this.#bytes = 0
    return chunks
  }
}
