import { int64 } from '../fields.ts'
import { PieceQueue } from '../piece-queue.ts'
import type { Chunk, Stage, StageContext, ToxicType } from '../stage.ts'

/** `rate` in KB/s; a KB is 1,000 bytes, so it is also bytes per ms. */
interface Attributes {
  rate: number
}

/** A chunk that takes longer than this goes in pieces of so long. */
const pieceMs = 100
/** What one link may hold is what it sends in 100 ms, but not less or more than this. */
const heldBytesMin = 64 * 1024
const heldBytesMax = 1024 * 1024

/**
 * Lets `rate` through, on each connection by itself. Time is accounted, not slept: what a timer is late is made good,
 * an idle link saves nothing up. Like on a slow line, the last byte of a piece decides when the piece arrives.
 * A rate of 0 lets nothing through.
 */
class Bandwidth implements Stage {
  readonly #context: StageContext<Attributes>
  readonly #held = new PieceQueue()
  readonly #alarm
  #ended = false
  /** When the piece that is next began to be sent. */
  #beganAt = 0

  constructor(context: StageContext<Attributes>) {
    this.#context = context
    this.#alarm = context.alarm(() => this.#turn())
  }

  write(chunk: Chunk): void {
    this.#context.touch(chunk.data.length)
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
    const wanted = this.#context.attributes.rate * pieceMs
    return this.#held.bytes >= Math.min(Math.max(wanted, heldBytesMin), heldBytesMax)
  }

  resume(): void {
    // A line that was blocked has not saved up more than this either.
    this.#beganAt = Math.max(this.#beganAt, performance.now() - pieceMs)
    this.#turn()
  }

  update(): void {
    this.#alarm.clear()
    this.#beganAt = performance.now()
    this.#turn()
  }

  #turn(): void {
    const wasFull = this.full()
    this.#pump()
    if (wasFull && !this.full()) this.#context.ready()
  }

  #pump(): void {
    const { rate } = this.#context.attributes
    const now = performance.now()
    for (;;) {
      const { first } = this.#held
      if (first === undefined) {
        if (this.#ended) this.#context.end()
        return
      }
      if (rate <= 0 || this.#context.outputFull) return
      const bytes = Math.min(first.data.length, rate * pieceMs)
      // What came while a timer was late could not have been sent before it came.
      this.#beganAt = Math.max(this.#beganAt, first.receivedAt)
      const dueAt = this.#beganAt + bytes / rate
      if (dueAt > now) {
        this.#alarm.set(dueAt)
        return
      }
      this.#beganAt = dueAt
      this.#context.pass({ data: this.#held.take(bytes), receivedAt: dueAt })
    }
  }
}

export const bandwidth: ToxicType<Attributes> = {
  type: 'bandwidth',
  goName: 'BandwidthToxic',
  attributes: { rate: int64 },
  check: ({ rate }) => (rate < 0 ? `rate is ${rate}, and must be 0 KB/s or more` : undefined),
  start: context => new Bandwidth(context),
}
