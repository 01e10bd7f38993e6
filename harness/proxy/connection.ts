import type { Socket } from 'node:net'
import type { Counters } from './counters.ts'
import { HttpFilter } from './http/filter.ts'
import type { HttpToxics } from './http/toxics.ts'
import { Link } from './link.ts'
import { adopt, dial } from './sockets.ts'
import type { Direction } from './stage.ts'
import type { Toxic } from './toxic.ts'

export interface ConnectionOptions {
  /** As accepted, and not read from. */
  client: Socket
  /** `host:port` to dial. */
  upstream: string
  counters: Counters
  toxics: Readonly<Record<Direction, readonly Toxic[]>>
  http: HttpToxics
  random: () => number
  /** Told of faults of ours, never of the peers'. */
  onFault: (error: unknown) => void
  /** Both ends are closed. */
  onClosed: () => void
}

/**
 * A client's connection and the one dialled for it. Each direction ends by itself (half-close); a reset of one
 * end is passed on as a reset. Dialling takes as long as it takes and holds up nobody else.
 */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #client: Socket
  readonly #server: Socket
  readonly #links: Record<Direction, Link>
  #filter: HttpFilter | undefined
  #dialled = false
  #closedSides = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#client = adopt(options.client, lent => this.#links.upstream.read(lent))
    this.#server = dial(options.upstream, lent => this.#links.downstream.read(lent))
    this.#links = {
      upstream: this.#createLink('upstream', this.#client, this.#server),
      downstream: this.#createLink('downstream', this.#server, this.#client),
    }
    this.#server.once('connect', () => {
      this.#dialled = true
    })
    this.#client.on('error', () => this.#fail(this.#server))
    this.#server.on('error', () => this.#fail(this.#client))
    this.#client.once('close', () => this.#onSideClosed())
    this.#server.once('close', () => this.#onSideClosed())
    if (options.http.any) this.refilter()
    this.#links.upstream.start()
    this.#links.downstream.start()
  }

  link(direction: Direction): Link {
    return this.#links[direction]
  }

  /** The proxy's http toxics have changed: the next request meets them as they are then. */
  refilter(): void {
    const { http } = this.#options
    if (http.any && this.#closedSides === 0) {
      this.#filter ??= new HttpFilter({
        client: this.#client,
        links: this.#links,
        toxics: http,
        connection: this,
      })
    }
    this.#filter?.refresh()
  }

  /** Both ends see the end of the connection. */
  close(): void {
    this.#stop()
    this.#client.destroy()
    this.#server.destroy()
  }

  /** Both ends see a TCP reset. */
  reset(): void {
    this.#stop()
    abort(this.#client)
    abort(this.#server)
  }

  fault(error: unknown): void {
    this.#options.onFault(error)
    this.close()
  }

  #createLink(direction: Direction, source: Socket, destination: Socket): Link {
    const { counters, random, toxics } = this.#options
    return new Link({
      direction,
      source,
      destination,
      counters,
      random,
      toxics: toxics[direction],
      connection: this,
    })
  }

  /** One end has failed: so does the other. */
  #fail(other: Socket): void {
    this.#stop()
    // Refused by upstream, a client that has sent nothing sees an end; data that nobody will read means a reset.
    const refused = other === this.#client && !this.#dialled
    if (refused && this.#client.bytesRead === 0) other.destroy()
    else abort(other)
  }

  #onSideClosed(): void {
    this.#closedSides += 1
    if (this.#closedSides < 2) return
    this.#stop()
    this.#options.onClosed()
  }

  #stop(): void {
    this.#links.upstream.destroy()
    this.#links.downstream.destroy()
    this.#filter?.destroy()
  }
}

/** Closes with a TCP reset where the system allows one. */
function abort(socket: Socket): void {
  // No reset before the connection stands (it would wait for that), nor while the last bytes are being flushed.
  const flushing = socket.writableEnded && !socket.writableFinished
  if (socket.connecting || socket.destroyed || flushing) socket.destroy()
  else socket.resetAndDestroy()
}
