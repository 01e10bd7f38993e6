import { Alteration, collectedBytesMax } from './alteration.ts'
import type { Span } from './body.ts'
import type { Cursor } from './cursor.ts'
import type { Exchange } from './exchange.ts'
import type { AnswerHead } from './head.ts'
import type { Plan } from './plan.ts'

export interface WriterHost {
  /** To the client. */
  pass(data: Buffer): void
  /** Ends the connection for both, after what has been sent. */
  hangUp(how: 'close' | 'reset'): void
}

/** One answer that toxics have plans for, on its way to the client. */
export class AnswerWriter {
  readonly #exchange: Exchange
  readonly #plan: Pick<Plan, 'alters' | 'cut'>
  readonly #host: WriterHost
  #alteration: Alteration | undefined
  #collected: Buffer[] = []
  #collectedBytes = 0
  /** How much of the body has gone to the client. */
  #passed = 0

  constructor(exchange: Exchange, plan: Pick<Plan, 'alters' | 'cut'>, host: WriterHost) {
    this.#exchange = exchange
    this.#plan = plan
    this.#host = host
  }

  /** Whether the answer goes on as it came, at least as far as it goes. */
  get passes(): boolean {
    return this.#alteration === undefined || this.#alteration.fate === 'pass'
  }

  /** Writes upstream's head as it is to be. False: nobody wants it changed. */
  alter(head: AnswerHead, bodiless: boolean): boolean {
    const { alters } = this.#plan
    if (alters.length === 0) return false
    const { method } = this.#exchange.request
    const alteration = new Alteration(
      head,
      alters.map(({ what }) => what),
      { method, bodiless },
    )
    this.#alteration = alteration
    if (alteration.fate !== 'collect') this.#writeAltered(alteration)
    return true
  }

  /** Goes through a part of upstream's body. */
  take(cursor: Cursor, span: Span): void {
    if (this.passes) {
      this.#pass(cursor, span)
      return
    }
    if (span.content && this.#alteration?.fate === 'collect') {
      this.#collect(cursor.data.subarray(cursor.at, span.end))
    }
    cursor.drop(span.end)
  }

  /** There is no more of upstream's body. */
  finish(): void {
    if (this.#alteration?.fate === 'collect') this.#writeAltered(this.#alteration)
  }

  /** Writes a head and the body that goes with it, as far as it is not cut. */
  write(head: Buffer, body: Buffer): void {
    const content = body.subarray(0, this.#uncut)
    this.#passed += content.length
    this.#host.pass(content.length === 0 ? head : Buffer.concat([head, content]))
    if (content.length < body.length) this.#cut()
  }

  /** How much of the body may still go. */
  get #uncut(): number {
    const { cut } = this.#plan
    return cut?.toxic.evidence.active ? cut.what.afterBytes - this.#passed : Number.POSITIVE_INFINITY
  }

  #pass(cursor: Cursor, span: Span): void {
    const length = span.content ? span.end - cursor.at : 0
    const uncut = this.#uncut
    this.#passed += Math.min(length, uncut)
    if (length <= uncut) {
      cursor.pass(span.end)
      return
    }
    cursor.pass(cursor.at + uncut)
    cursor.settle()
    this.#cut()
  }

  #cut(): void {
    const { cut } = this.#plan
    if (cut === undefined) return
    this.#exchange.touch(cut.toxic, this.#passed)
    this.#host.hangUp(cut.what.how)
  }

  #collect(data: Buffer): void {
    this.#collected.push(data)
    this.#collectedBytes += data.length
    // Of more than this the rest is swallowed.
    if (this.#collectedBytes >= collectedBytesMax) this.finish()
  }

  #writeAltered(alteration: Alteration): void {
    const { head, content } = alteration.write(Buffer.concat(this.#collected))
    this.#collected = []
    for (const { toxic } of this.#plan.alters) this.#exchange.touch(toxic, head.length + content.length)
    this.write(head, content)
  }
}
