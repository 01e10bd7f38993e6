import type { Sink } from '../slot.ts'
import type { Chunk } from '../stage.ts'

/** Goes through a chunk. What passes one part after another is passed on in one piece, and never copied. */
export class Cursor {
  readonly data: Buffer
  at = 0
  readonly #chunk: Chunk
  readonly #sink: Sink | undefined
  /** All before it is dealt with; what is between it and `at` still has to go. */
  #sent = 0

  constructor(chunk: Chunk, sink: Sink | undefined) {
    this.data = chunk.data
    this.#chunk = chunk
    this.#sink = sink
  }

  get atEnd(): boolean {
    return this.at >= this.data.length
  }

  /** What comes before `end` is to go on. */
  pass(end: number): void {
    this.at = end
  }

  /** What comes before `end` is not to go on; what has been passed goes first. */
  drop(end: number): void {
    this.settle()
    this.at = end
    this.#sent = end
  }

  /** Sends on what has been passed so far. */
  settle(): void {
    const [from, to] = [this.#sent, this.at]
    this.#sent = to
    if (from === to) return
    const { receivedAt } = this.#chunk
    const whole = from === 0 && to === this.data.length
    this.#sink?.write(whole ? this.#chunk : { data: this.data.subarray(from, to), receivedAt })
  }
}
