import type { Place, Sink } from '../slot.ts'
import type { Chunk } from '../stage.ts'
import { type Body, requestBody, SizedBody } from './body.ts'
import { Cursor } from './cursor.ts'
import { beginsWithRequest, type RequestHead, requestHead } from './head.ts'
import { HeadReader } from './head-reader.ts'

/** What becomes of a request: it goes on, waits, or is answered here, before its body has come or after. */
export type Fate = 'forward' | 'wait' | 'answer' | 'answer-at-once'

/** What the side of the requests needs of its filter. */
export interface RequestHost {
  /** An earlier request has not had all of its answer. */
  readonly busy: boolean
  /** A request seems to begin here, and nothing else to be under way on the connection. */
  synchronised(): void
  /** More comes before the request is answered. True: so it was none, or there are others before it. */
  misjudged(): boolean
  begin(request: RequestHead, raw: Buffer): Fate
  requestDone(): void
  /** What comes is not, or no longer, to be understood: all passes from here on. */
  giveUp(why: 'unparsed'): void
  hangUp(how: 'close'): void
  /** The link may give this side more. */
  ready(place: Place): void
  /** Runs it; a fault ends the connection only. */
  guard(work: () => void): void
}

/** More is not held for a request that waits. */
const heldBytesMax = 256 * 1024

/**
 * From the client. `raw`: passes all. `watch`: does so up to a read that begins a request. `head`: between requests, or
 * in a head. `waiting`: a head is held until its time has come. `body`: passes it, or swallows it.
 */
export class RequestSide implements Place {
  next: Sink | undefined
  readonly #host: RequestHost
  readonly #reader = new HeadReader(requestHead)
  #state: 'raw' | 'watch' | 'head' | 'waiting' | 'body' | 'over' = 'raw'
  /** What may not be looked at yet, oldest first. */
  #queue: Chunk[] = []
  #queuedBytes = 0
  #waiting: { raw: Buffer; body: Body } | undefined
  #body: Body | undefined
  #swallows = false
  #pumping = false
  #ended = false
  #finished = false

  constructor(host: RequestHost) {
    this.#host = host
  }

  /** Begins to look: at once, or (`watch`) with the next request, since it may be in the middle of something. */
  start(state: 'head' | 'watch'): void {
    this.#state = state
  }

  get full(): boolean {
    return this.#queuedBytes >= heldBytesMax || (this.next?.full ?? false)
  }

  write(chunk: Chunk): void {
    if (this.#state === 'over') return
    this.#queue.push(chunk)
    this.#queuedBytes += chunk.data.length
    this.pump()
  }

  finish(): void {
    this.#ended = true
    this.pump()
  }

  resume(): void {
    if (!this.full) this.#host.ready(this)
  }

  /** The request that waited goes on. */
  forward(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    this.#waiting = undefined
    this.#pass(waiting.raw)
    this.#begin(waiting.body, false)
    this.pump()
  }

  /** From here on everything passes, what is held first. */
  release(): void {
    if (this.#state === 'over') return
    this.#state = 'raw'
    this.#swallows = false
    const held = this.#waiting?.raw ?? this.#reader.take()
    this.#waiting = undefined
    if (held.length > 0) this.#pass(held)
    this.pump()
  }

  /** The connection is over: drops what is held. */
  destroy(): void {
    this.#state = 'over'
    this.#queue = []
    this.#queuedBytes = 0
  }

  /** Looks at all that may be looked at. */
  pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    const wasFull = this.full
    this.#host.guard(() => this.#pumpAll())
    this.#pumping = false
    if (wasFull) this.resume()
  }

  #pumpAll(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const cursor = new Cursor(first, this.next)
      while (!cursor.atEnd && this.#step(cursor)) {}
      cursor.settle()
      if (this.#state === 'over') return
      this.#queuedBytes -= cursor.at
      if (!cursor.atEnd) {
        this.#queue[0] = { data: first.data.subarray(cursor.at), receivedAt: first.receivedAt }
        return
      }
      this.#queue.shift()
    }
    if (!this.#ended || this.#finished || this.#waiting !== undefined) return
    this.#finished = true
    // The rest of a request that was to be answered here will never come.
    if (this.#swallows && this.#state === 'body') this.#host.hangUp('close')
    if (this.#reader.holds) this.#pass(this.#reader.take())
    this.next?.finish()
  }

  /** Goes on by one step. False: no further for now. */
  #step(cursor: Cursor): boolean {
    switch (this.#state) {
      case 'over':
      case 'waiting':
        return false
      case 'head':
        return this.#stepHead(cursor)
      case 'body':
        return this.#stepBody(cursor)
      case 'watch':
        if (cursor.at === 0 && beginsWithRequest(cursor.data)) {
          this.#state = 'head'
          this.#host.synchronised()
          return true
        }
    }
    cursor.pass(cursor.data.length)
    return true
  }

  #stepHead(cursor: Cursor): boolean {
    if (this.#host.busy) {
      if (!this.#host.misjudged()) return false
      cursor.pass(cursor.data.length)
      this.#state = 'watch'
      return true
    }
    const held = this.#reader.holds
    const progress = this.#reader.read(cursor.data, cursor.at)
    if (progress === 'more') {
      cursor.drop(cursor.data.length)
      return true
    }
    const body = progress === 'bad' ? 'ambiguous' : requestBody(progress.head)
    if (progress === 'bad' || body === 'ambiguous') {
      // What the reader has held was given back by it, or is the head that was whole.
      this.#giveUp(cursor, progress === 'bad' ? undefined : progress, held)
      return true
    }
    const fate = this.#host.begin(progress.head, progress.raw)
    if (fate === 'forward') {
      if (held) this.#pass(progress.raw)
      if (held) cursor.drop(progress.end)
      else cursor.pass(progress.end)
      this.#begin(body, false)
      return true
    }
    cursor.drop(progress.end)
    if (fate === 'wait') {
      this.#waiting = { raw: progress.raw, body }
      this.#state = 'waiting'
    } else this.#begin(fate === 'answer' ? body : new SizedBody(0), true)
    return true
  }

  #giveUp(cursor: Cursor, head: { raw: Buffer; end: number } | undefined, held: boolean): void {
    if (head !== undefined && held) {
      this.#pass(head.raw)
      cursor.drop(head.end)
    }
    this.#host.giveUp('unparsed')
  }

  #begin(body: Body, swallows: boolean): void {
    this.#body = body
    this.#swallows = swallows
    this.#state = 'body'
    this.#endBody()
  }

  #stepBody(cursor: Cursor): boolean {
    const span = this.#body?.scan(cursor.data, cursor.at)
    if (span === undefined) {
      this.#host.giveUp('unparsed')
      return true
    }
    if (this.#swallows) cursor.drop(span.end)
    else cursor.pass(span.end)
    this.#endBody()
    return true
  }

  #endBody(): void {
    if (!this.#body?.done) return
    this.#state = 'head'
    this.#host.requestDone()
  }

  #pass(data: Buffer): void {
    this.next?.write({ data, receivedAt: performance.now() })
  }
}
