/** A virtual link: where it leads, the connections over it, and its toxics. */
import { type Counters, newCounters } from '../../proxy/counters.ts'
import { HttpToxics, isHttp } from '../../proxy/http/toxics.ts'
import type { Direction } from '../../proxy/stage.ts'
import type { Toxic } from '../../proxy/toxic.ts'
import type { Ending } from '../proxy-control.ts'
import type { Link } from '../topology.ts'
import { VirtualConnection } from './connection.ts'
import { type HttpExchange, httpExchange } from './http-toxics.ts'
import { closed, type HttpRequest, refused, reset, type WireError } from './messages.ts'
import type { VirtualNetwork } from './network.ts'

interface Held {
  isFree(): boolean
  go(): void
}

export class VirtualLink {
  readonly link: Link
  readonly network: VirtualNetwork
  /** `host:port` at which callers find it, and to which it leads. */
  readonly listen: string
  upstream: string
  /** Whether HTTP is spoken over it. */
  readonly isHttp: boolean
  readonly streams: Record<Direction, Toxic[]> = { upstream: [], downstream: [] }
  /** What it has counted. */
  readonly counters: Counters = newCounters()
  /** Those removed included, the newest of each name. */
  readonly known = new Map<string, Toxic>()
  http: HttpToxics
  /** When it went down, ms since the epoch; undefined while it is up. */
  downSince: number | undefined
  readonly #connections = new Set<VirtualConnection>()
  readonly #touchedBy = new WeakMap<VirtualConnection, WeakSet<Toxic>>()
  readonly #held = new Set<Held>()

  constructor(options: {
    link: Link
    network: VirtualNetwork
    listen: string
    upstream: string
    isHttp: boolean
  }) {
    this.link = options.link
    this.network = options.network
    this.listen = options.listen
    this.upstream = options.upstream
    this.isHttp = options.isHttp
    this.http = new HttpToxics(() => this.network.random(), this.counters)
  }

  /** A new connection; what it is refused with where nobody listens. */
  dial(): VirtualConnection | WireError {
    if (this.downSince !== undefined) return refused(this.listen)
    return new VirtualConnection(this, this.network.peerAt(this.upstream))
  }

  opened(connection: VirtualConnection): void {
    this.#connections.add(connection)
    this.counters.connections += 1
    this.counters.open += 1
  }

  closed(connection: VirtualConnection): void {
    if (this.#connections.delete(connection)) this.counters.open -= 1
  }

  /** What its http toxics do with a request; counts it. */
  exchangeOf(request: unknown, connection: VirtualConnection): HttpExchange | undefined {
    if (!this.isHttp) return undefined
    this.counters.upstreamRequests += 1
    if (!this.http.any) return undefined
    const touchedBy = this.#touchedBy.get(connection) ?? new WeakSet()
    this.#touchedBy.set(connection, touchedBy)
    return httpExchange(request as HttpRequest, this, touchedBy)
  }

  /** Does something after a while, or as soon as nothing holds it any more. */
  hold(ms: number, isFree: () => boolean, go: () => void): void {
    const held: Held = {
      isFree,
      go: () => {
        if (this.#held.delete(held)) go()
      },
    }
    this.#held.add(held)
    this.network.clock.after(ms, held.go)
  }

  add(toxic: Toxic): void {
    this.known.set(toxic.name, toxic)
    if (isHttp(toxic)) this.http.add(toxic)
    else {
      this.streams[toxic.direction].push(toxic)
      for (const connection of this.#connections) connection[toxic.direction].add(toxic)
    }
  }

  remove(name: string): void {
    const toxic = this.toxics.find(each => each.name === name)
    if (!toxic) return
    toxic.evidence.active = false
    if (isHttp(toxic)) {
      this.http.remove(toxic)
      for (const held of [...this.#held]) if (held.isFree()) held.go()
      return
    }
    const stream = this.streams[toxic.direction]
    stream.splice(stream.indexOf(toxic), 1)
    for (const connection of [...this.#connections]) connection[toxic.direction].remove(toxic)
  }

  get toxics(): readonly Toxic[] {
    return [...this.streams.upstream, ...this.streams.downstream, ...this.http.all]
  }

  takeDown(established: Ending): void {
    this.downSince ??= Date.now()
    this.endConnections(established)
  }

  putUp(): void {
    this.downSince = undefined
  }

  /** How many there were. */
  endConnections(how: Ending): number {
    const all = [...this.#connections]
    for (const connection of all) {
      if (how === 'drain') connection.drain()
      else connection.end(how === 'reset' ? reset() : closed())
    }
    return all.length
  }
}
