import type { Socket } from 'node:net'
import { type Address, AddressError, formatAddress, resolveListen } from './addresses.ts'
import { ApiError } from './answers.ts'
import { Connection } from './connection.ts'
import { newCounters } from './counters.ts'
import { HttpToxics } from './http/toxics.ts'
import { type Lease, leaseReport } from './leases.ts'
import { Listener } from './listener.ts'
import { type Traffic, type TrafficArchive, TrafficMeter } from './metrics.ts'
import { ProxyToxics } from './proxy-toxics.ts'

export interface ProxyOptions {
  name: string
  listen: string
  upstream: string
  random: () => number
  onFault: (error: unknown) => void
  /** Keeps what was counted under addresses that this proxy no longer has. */
  archive: TrafficArchive
}

/**
 * How established connections end: both ends see the end (cut) or a TCP reset, or they go on until they end by
 * themselves (drain).
 */
export const endings = ['cut', 'reset', 'drain'] as const
export type Ending = (typeof endings)[number]

export interface ProxyChange {
  listen?: string | undefined
  upstream?: string | undefined
  enabled?: boolean | undefined
  /** What becomes of the connections that the change ends. Default: cut. */
  established?: Ending | undefined
}

/** A listener, its upstream, its toxics and its connections. */
export class FaultProxy {
  readonly name: string
  readonly counters = newCounters()
  readonly toxics: ProxyToxics
  readonly #options: ProxyOptions
  readonly #connections = new Set<Connection>()
  readonly #meter: TrafficMeter
  #listen: string
  #upstream: string
  #listener: Listener | undefined
  /** When it was last enabled or disabled. */
  #since = new Date()
  #expired = false
  #lease: Lease | undefined

  constructor(options: ProxyOptions) {
    this.name = options.name
    this.#options = options
    this.toxics = new ProxyToxics(new HttpToxics(options.random, this.counters), this.#connections)
    this.#listen = options.listen
    this.#upstream = options.upstream
    this.#meter = new TrafficMeter(options.name, this.counters, options.archive)
  }

  get enabled(): boolean {
    return this.#listener !== undefined
  }

  /** What was counted under its present addresses; undefined before it has any. */
  get traffic(): Traffic | undefined {
    return this.#meter.traffic
  }

  /** The lease on its being disabled. */
  get lease(): Lease | undefined {
    return this.#lease
  }

  /** All that it knows about itself and its toxics, live. */
  report(): object {
    return {
      ...this.counters,
      enabled: this.enabled,
      since: this.#since.toISOString(),
      expired: this.#expired,
      ...leaseReport(this.#lease),
      toxics: Object.fromEntries(this.toxics.known.map(toxic => [toxic.name, toxic.report()])),
    }
  }

  /**
   * Starts to listen; `replaced` is stopped in exchange, and stays as it is if this one cannot listen.
   * Rejects with ApiError 500.
   */
  async start(replaced?: FaultProxy): Promise<void> {
    if (this.enabled) return
    const address = await resolve(this.#listen, 'listen tcp: ')
    this.#adopt(await this.#open(address, replaced))
    replaced?.close()
  }

  /** Closes the port at once. */
  stop(established: Ending = 'cut'): void {
    if (this.#listener !== undefined) {
      this.#since = new Date()
      this.#expired = false
    }
    this.#listener?.close()
    this.#listener = undefined
    this.endConnections(established)
  }

  /** Stops for good. */
  close(): void {
    this.stop()
    this.setLease(undefined)
    this.toxics.releaseLeases()
    this.#meter.retire()
  }

  /** Answers how many there are. */
  endConnections(how: Ending): number {
    const connections = [...this.#connections]
    for (const connection of connections) {
      if (how === 'cut') connection.close()
      else if (how === 'reset') connection.reset()
    }
    return connections.length
  }

  /** Puts a lease on its being disabled, in place of the one that it may have. */
  setLease(lease: Lease | undefined): void {
    this.#lease?.release()
    this.#lease = lease
  }

  /** Starts, because its lease has ended. Rejects with ApiError 500. */
  async endLease(expired: boolean): Promise<void> {
    await this.start()
    this.#expired = expired
  }

  /** Whether another address or upstream is asked for, after resolving. Rejects with ApiError 500. */
  async differs(listen: string, upstream: string): Promise<boolean> {
    const address = await resolve(listen)
    return formatAddress(address) !== this.#listen || upstream !== this.#upstream
  }

  /**
   * Changes what is given. Disabling, another listen address or upstream end the connections; toxics stay.
   * Rejects with ApiError 500, and has then changed nothing.
   */
  async update(change: ProxyChange): Promise<void> {
    const { listen = this.#listen, upstream = this.#upstream, enabled = this.enabled } = change
    const address =
      change.listen !== undefined || (enabled && !this.enabled) ? await resolve(listen) : undefined
    const moved = address !== undefined && formatAddress(address) !== this.#listen
    if (!enabled) {
      this.stop(change.established)
      if (moved) this.#listen = listen
    } else if (address !== undefined && (moved || !this.enabled)) {
      const opened = await this.#open(address, this)
      if (moved || upstream !== this.#upstream) this.stop(change.established)
      this.#adopt(opened)
    } else if (upstream !== this.#upstream) {
      this.endConnections(change.established ?? 'cut')
    }
    this.#upstream = upstream
    this.#meter.label(this.#listen, upstream)
  }

  toJSON(): object {
    return {
      name: this.name,
      listen: this.#listen,
      upstream: this.#upstream,
      enabled: this.enabled,
      // Toxiproxy 2.x has it, empty.
      Logger: {},
      toxics: this.toxics.all,
    }
  }

  /** Opens a port while `holder` may hold it; on failure the holder has it as before. */
  async #open(address: Address, holder: FaultProxy | undefined): Promise<Listener> {
    const accept = (client: Socket) => this.#accept(client)
    const listener = holder === undefined ? undefined : holder.#listener
    if (holder === undefined || listener?.address.port !== address.port) return Listener.open(address, accept)
    listener.close()
    holder.#listener = undefined
    try {
      return await Listener.open(address, accept)
    } catch (error) {
      holder.#listener = await Listener.open(listener.address, client => holder.#accept(client))
      throw error
    }
  }

  #adopt(listener: Listener): void {
    if (this.#listener === undefined) this.#since = new Date()
    this.#expired = false
    this.setLease(undefined)
    this.#listener = listener
    this.#listen = formatAddress(listener.address)
    this.#meter.label(this.#listen, this.#upstream)
  }

  #accept(client: Socket): void {
    this.counters.connections += 1
    this.counters.open += 1
    const connection: Connection = new Connection({
      client,
      upstream: this.#upstream,
      counters: this.counters,
      toxics: this.toxics.streams,
      http: this.toxics.http,
      random: this.#options.random,
      onFault: this.#options.onFault,
      onClosed: () => {
        this.counters.open -= 1
        this.#connections.delete(connection)
      },
    })
    this.#connections.add(connection)
  }
}

async function resolve(listen: string, prefix = ''): Promise<Address> {
  try {
    return await resolveListen(listen)
  } catch (error) {
    if (error instanceof AddressError) throw new ApiError(500, `${prefix}${error.message}`)
    throw error
  }
}
