/**
 * A virtual connection over a link: one exchange at a time, as with HTTP/1.1 without pipelining and with a database.
 *
 *   caller ──> http toxics ──> upstream pipe ──> service        and the same way back
 *
 * It ends as a real one does: closed or reset by a toxic, with its link, or with the process at either end.
 */
import type { HttpExchange } from './http-toxics.ts'
import type { VirtualLink } from './link.ts'
import { closed, reset, type WireError } from './messages.ts'
import { Pipe } from './pipe.ts'

/** Who waits for an answer. One of them is called, once. */
export interface Waiting<A> {
  answered(answer: A): void
  failed(error: WireError): void
}

/** What a service does with what comes over a connection. */
export type Serve = (request: unknown, reply: (answer: unknown, bytes: number) => void) => void

/** The process at the other end. */
export interface Peer {
  readonly belongings: Set<{ processEnded(): void }>
  serve: Serve
}

export class VirtualConnection {
  readonly link: VirtualLink
  readonly upstream: Pipe
  readonly downstream: Pipe
  /** When its last exchange ended. */
  idleSince = 0
  #peer: Peer | undefined
  #waiting: Waiting<unknown> | undefined
  /** The exchange that the http toxics of the link look at. */
  #exchange: HttpExchange | undefined
  #error: WireError | undefined
  #isDraining = false

  /** `peer`: who listens there; undefined where nobody does. */
  constructor(link: VirtualLink, peer: Peer | undefined) {
    this.link = link
    this.#peer = peer
    peer?.belongings.add(this)
    const host = {
      random: () => link.network.random(),
      close: () => this.end(closed()),
      reset: () => this.end(reset()),
    }
    this.upstream = new Pipe(host, link.streams.upstream)
    this.downstream = new Pipe(host, link.streams.downstream)
    link.opened(this)
  }

  get isOver(): boolean {
    return this.#error !== undefined
  }

  get isBusy(): boolean {
    return this.#waiting !== undefined
  }

  /** Asks, and waits for the answer. Where the connection has ended, that is the failure. */
  ask<A>(request: unknown, bytes: number, waiting: Waiting<A>): void {
    this.#waiting = waiting as Waiting<unknown>
    if (this.#error) {
      this.#fail(this.#error)
      return
    }
    const { network } = this.link
    const turn = this.#waiting
    network.hop(1 / 2, () => {
      if (this.#waiting !== turn) return
      this.link.counters.upstreamBytes += bytes
      this.#exchange = this.link.exchangeOf(request, this)
      if (!this.#exchange) return this.#pass(request, bytes)
      this.#exchange.begin({
        pass: () => this.#pass(request, bytes),
        answer: answer => this.#answer(answer),
      })
    })
  }

  /** The caller has gone. */
  destroy(): void {
    this.#waiting = undefined
    this.end(closed())
  }

  /** Ends it for both. Whoever waits is told. */
  end(error: WireError): void {
    if (this.#error) return
    this.#error = error
    this.upstream.destroy()
    this.downstream.destroy()
    this.#peer?.belongings.delete(this)
    this.link.closed(this)
    const { network } = this.link
    if (this.#waiting) network.hop(1 / 2, () => this.#fail(error))
  }

  /** Lets the exchange under way come to its end, and ends then. */
  drain(): void {
    this.#isDraining = true
    if (!this.#waiting) this.end(closed())
  }

  /** The process at the other end has ended. */
  processEnded(): void {
    this.end(reset())
  }

  #pass(request: unknown, bytes: number): void {
    if (this.#error) return
    // Refused by who is to answer: what was sent is read by nobody.
    const peer = this.#peer
    if (!peer) {
      this.end(reset())
      return
    }
    this.upstream.send(bytes, () => {
      const { network } = this.link
      network.hop(1 / 2, () => {
        if (!this.#error) peer.serve(request, (answer, size) => this.#reply(answer, size))
      })
    })
  }

  #reply(answer: unknown, bytes: number): void {
    if (this.#error) return
    this.link.counters.downstreamBytes += bytes
    this.downstream.send(bytes, () => {
      if (this.#exchange)
        this.#exchange.end(answer, { answer: each => this.#answer(each), end: e => this.#cut(e) })
      else this.#answer(answer)
    })
  }

  #answer(answer: unknown): void {
    const { network } = this.link
    network.hop(1, () => {
      const waiting = this.#waiting
      this.#waiting = undefined
      this.#exchange = undefined
      this.idleSince = network.clock.now
      waiting?.answered(answer)
      if (this.#isDraining) this.end(closed())
    })
  }

  /** Ends in the middle of an answer. */
  #cut(error: WireError): void {
    this.end(error)
  }

  #fail(error: WireError): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.failed(error)
  }
}
