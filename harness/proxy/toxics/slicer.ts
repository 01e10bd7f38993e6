import { int } from '../fields.ts'
import { PieceQueue } from '../piece-queue.ts'
import type { Chunk, Stage, StageContext, ToxicType } from '../stage.ts'

/** Sizes in bytes, `delay` in µs. */
interface Attributes {
  average_size: number
  size_variation: number
  delay: number
}

/** Pieces that go in one turn of the event loop; other connections want theirs, too. */
const piecesPerTurnMax = 500

/** Halves a length, cutting up to `size_variation` beside the middle, until its parts are small enough. */
function cut(context: StageContext<Attributes>, bytes: number): number[] {
  const { average_size, size_variation } = context.attributes
  if (bytes <= average_size + size_variation) return [bytes]
  const offset = size_variation > 0 ? Math.floor(context.random() * 2 * size_variation) - size_variation : 0
  const middle = Math.floor(bytes / 2) + offset
  return [...cut(context, middle), ...cut(context, bytes - middle)]
}

/** Passes data in small pieces, with a pause of `delay` after each of them. */
class Slicer implements Stage {
  readonly #context: StageContext<Attributes>
  readonly #held = new PieceQueue()
  readonly #alarm
  #ended = false
  /** The sizes of the next pieces of the first chunk, last one first. Empty: it has not been cut yet. */
  #sizes: number[] = []
  #sliced = false
  #dueAt = 0

  constructor(context: StageContext<Attributes>) {
    this.#context = context
    this.#alarm = context.alarm(() => this.#turn())
  }

  write(chunk: Chunk): void {
    const idle = this.#held.empty
    this.#held.push(chunk)
    if (idle) this.#pump()
  }

  end(): void {
    this.#ended = true
    if (this.#held.empty) this.#context.end()
  }

  release(): void {
    for (const chunk of this.#held.drain()) this.#context.pass(chunk)
    if (this.#ended) this.#context.end()
  }

  full(): boolean {
    return !this.#held.empty || this.#context.outputFull
  }

  resume(): void {
    this.#dueAt = Math.max(this.#dueAt, performance.now())
    this.#turn()
  }

  update(): void {
    this.#sizes = []
    this.#dueAt = Math.min(this.#dueAt, performance.now())
    if (!this.#held.empty) this.#turn()
  }

  #turn(): void {
    this.#pump()
    if (!this.full()) this.#context.ready()
  }

  #pump(): void {
    const now = performance.now()
    for (let left = piecesPerTurnMax; left > 0 && this.#dueAt <= now; left -= 1) {
      if (this.#held.empty || this.#context.outputFull) break
      this.#passPiece()
    }
    if (this.#held.empty && this.#ended) this.#context.end()
    if (!this.#held.empty && !this.#context.outputFull) this.#alarm.set(Math.max(this.#dueAt, now))
  }

  #passPiece(): void {
    const { first } = this.#held
    if (first === undefined) return
    const { delay } = this.#context.attributes
    if (this.#sizes.length === 0) {
      this.#sizes = cut(this.#context, first.data.length).reverse()
      this.#sliced = this.#sizes.length > 1
    }
    const data = this.#held.take(this.#sizes.pop() ?? first.data.length)
    if (this.#sliced || delay > 0) this.#context.touch(data.length)
    const receivedAt = Math.max(this.#dueAt, first.receivedAt)
    this.#dueAt = receivedAt + Math.max(0, delay) / 1_000
    this.#context.pass({ data, receivedAt })
  }
}

export const slicer: ToxicType<Attributes> = {
  type: 'slicer',
  goName: 'SlicerToxic',
  attributes: { average_size: int, size_variation: int, delay: int },
  check({ average_size, size_variation }) {
    if (average_size < 1) return `average_size is ${average_size}, and must be 1 byte or more`
    if (size_variation < 0 || size_variation >= average_size) {
      return `size_variation is ${size_variation}, and must be from 0 to under average_size, which is ${average_size}`
    }
    return undefined
  },
  start: context => new Slicer(context),
}
