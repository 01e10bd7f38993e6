import type { Place, Sink } from '../slot.ts'
import type { Chunk } from '../stage.ts'
import { AnswerWriter, type WriterHost } from './answer-writer.ts'
import { answerBody, type Body, SizedBody } from './body.ts'
import { Cursor } from './cursor.ts'
import type { Exchange } from './exchange.ts'
import { type AnswerHead, answerHead } from './head.ts'
import { HeadReader } from './head-reader.ts'

/** What the side of the answers needs of its filter. */
export interface AnswerHost {
  /** The exchange under way. */
  readonly exchange: Exchange | undefined
  answerDone(): void
  /** From here on all passes: it is no HTTP any more, or not to be understood. */
  giveUp(why: 'tunnel' | 'unparsed'): void
  hangUp(how: 'close' | 'reset'): void
  /** The link may give this side more. */
  ready(place: Place): void
  /** Runs it; a fault ends the connection only. */
  guard(work: () => void): void
}

/** From upstream. `raw`: passes all. `head`: between answers, or in a head. `body`: in a body. */
export class AnswerSide implements Place, WriterHost {
  next: Sink | undefined
  readonly #host: AnswerHost
  readonly #reader = new HeadReader(answerHead)
  #state: 'raw' | 'head' | 'body' | 'over' = 'raw'
  #body: Body = new SizedBody(0)
  /** Where toxics have plans for the answer. */
  #writer: AnswerWriter | undefined
  /** The client has had the end of the stream; or is to have it, once the answer that is being given has gone. */
  #finished = false
  #finishLater = false

  constructor(host: AnswerHost) {
    this.#host = host
  }

  /** Begins to look: what comes next is an answer. */
  start(): void {
    this.#state = 'head'
  }

  /** Whether an answer would still reach the client. */
  get open(): boolean {
    return !this.#finished
  }

  /** Whether the client gets another answer than the one under way. */
  get rewrites(): boolean {
    return this.#writer !== undefined && !this.#writer.passes
  }

  get full(): boolean {
    return this.next?.full ?? false
  }

  write(chunk: Chunk): void {
    this.#host.guard(() => {
      const cursor = new Cursor(chunk, this.next)
      while (!cursor.atEnd && this.#state !== 'over') this.#step(cursor)
      if (this.#state !== 'over') cursor.settle()
    })
  }

  finish(): void {
    this.#host.guard(() => {
      if (this.#state === 'over' || this.#finished) return
      const { exchange } = this.#host
      // Upstream has no more to say, but the proxy has.
      if (exchange?.plan?.answer && !exchange.answerDone) this.#finishLater = true
      else this.#finish()
    })
  }

  resume(): void {
    this.#host.ready(this)
  }

  /** Gives an answer of the proxy's own. */
  give(exchange: Exchange, head: Buffer, body: Buffer): void {
    const writer = new AnswerWriter(exchange, { alters: [], cut: exchange.plan?.cut }, this)
    writer.write(head, body)
    if (this.#finishLater) this.#finish()
  }

  /** From here on everything passes, what is held first. */
  release(): void {
    if (this.#state === 'over') return
    this.#state = 'raw'
    if (this.#reader.holds) this.pass(this.#reader.take())
    if (this.#finishLater) this.#finish()
  }

  /** The connection is over: drops what is held. */
  destroy(): void {
    this.#state = 'over'
    this.#writer = undefined
  }

  // --- for its writers ---

  pass(data: Buffer): void {
    this.next?.write({ data, receivedAt: performance.now() })
  }

  hangUp(how: 'close' | 'reset'): void {
    this.#host.hangUp(how)
  }

  // --- internal ---

  #step(cursor: Cursor): void {
    const { exchange } = this.#host
    if (this.#state === 'raw') cursor.pass(cursor.data.length)
    else if (this.#state === 'body') this.#stepBody(cursor)
    else if (exchange?.asked && !exchange.answerDone) this.#stepHead(cursor, exchange)
    // Nobody has asked for it. A server that times out an idle connection says so like this.
    else this.#host.giveUp('unparsed')
  }

  #stepHead(cursor: Cursor, exchange: Exchange): void {
    const held = this.#reader.holds
    const progress = this.#reader.read(cursor.data, cursor.at)
    if (progress === 'more') cursor.drop(cursor.data.length)
    else if (progress === 'bad') this.#giveUp(cursor, 'unparsed')
    else {
      const { head, raw, end } = progress
      const body = answerBody(head, exchange.request.method)
      const framed = body !== 'tunnel' && body !== 'ambiguous'
      const final = framed && head.status >= 200
      if (final && this.#plan(head, body, exchange)) cursor.drop(end)
      else if (held) {
        this.pass(raw)
        cursor.drop(end)
      } else cursor.pass(end)
      if (!framed) this.#giveUp(cursor, body === 'tunnel' ? 'tunnel' : 'unparsed')
      else if (final) this.#begin(cursor, body)
    }
  }

  /** Prepares what toxics want of the answer. True: its head has been written, another than came. */
  #plan(head: AnswerHead, body: Body, exchange: Exchange): boolean {
    this.#writer = undefined
    const alters = exchange.plan?.alters.filter(({ toxic }) => toxic.evidence.active) ?? []
    const cut = exchange.plan?.cut
    if (alters.length === 0 && cut === undefined) return false
    this.#writer = new AnswerWriter(exchange, { alters, cut }, this)
    return this.#writer.alter(head, body.done)
  }

  #begin(cursor: Cursor, body: Body): void {
    // What it wrote of its own may have been cut.
    if (this.#state === 'over') return
    this.#body = body
    this.#state = 'body'
    this.#endBody(cursor)
  }

  #stepBody(cursor: Cursor): void {
    const span = this.#body.scan(cursor.data, cursor.at)
    if (span === undefined) {
      this.#abandonBody(cursor)
      return
    }
    if (this.#writer === undefined) cursor.pass(span.end)
    else this.#writer.take(cursor, span)
    this.#endBody(cursor)
  }

  #endBody(cursor: Cursor): void {
    if (this.#state !== 'body' || !this.#body.done) return
    this.#state = 'head'
    // Before the next answer, which may be the proxy's own.
    cursor.settle()
    this.#writer?.finish()
    this.#writer = undefined
    this.#host.answerDone()
  }

  /** The body turns out to be none. Where it was to pass it goes on as it is; else nobody could use the rest. */
  #abandonBody(cursor: Cursor): void {
    const passes = this.#writer?.passes ?? true
    this.#writer?.finish()
    this.#writer = undefined
    this.#giveUp(cursor, 'unparsed')
    if (!passes) this.#host.hangUp('close')
  }

  #giveUp(cursor: Cursor, why: 'tunnel' | 'unparsed'): void {
    cursor.settle()
    this.#host.giveUp(why)
  }

  #finish(): void {
    if (this.#state === 'body') this.#writer?.finish()
    this.#writer = undefined
    if (this.#reader.holds) this.pass(this.#reader.take())
    this.#finished = true
    this.next?.finish()
  }
}
