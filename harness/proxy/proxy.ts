import type { Socket } from 'node:net'
import { type Address, AddressError, formatAddress, resolveListen } from './addresses.ts'
import { ApiError, toxicExists, toxicNotFound } from './answers.ts'
import { Connection } from './connection.ts'
import { newCounters } from './counters.ts'
import { Listener } from './listener.ts'
import { type AttributeValues, type Direction, directions } from './stage.ts'
import type { Toxic, ToxicEvidence } from './toxic.ts'

export interface ProxyOptions {
  name: string
  listen: string
  upstream: string
  random: () => number
  onFault: (error: unknown) => void
}

/** A listener, its upstream, its toxics and its connections. */
export class FaultProxy {
  readonly name: string
  readonly counters = newCounters()
  readonly #options: ProxyOptions
  readonly #connections = new Set<Connection>()
  readonly #toxics: Record<Direction, Toxic[]> = { upstream: [], downstream: [] }
  readonly #evidence = new Map<string, ToxicEvidence>()
  #listen: string
  #upstream: string
  #listener: Listener | undefined

  constructor(options: ProxyOptions) {
    this.name = options.name
    this.#options = options
    this.#listen = options.listen
    this.#upstream = options.upstream
  }

  get enabled(): boolean {
    return this.#listener !== undefined
  }

  /** Upstream ones first, each direction in order of adding. */
  get toxics(): readonly Toxic[] {
    return directions.flatMap(direction => this.#toxics[direction])
  }

  /** What every toxic has done, those removed since the last reset included; the newest of each name. */
  get evidence(): ReadonlyMap<string, ToxicEvidence> {
    return this.#evidence
  }

  /**
   * Starts to listen; `replaced` is stopped in exchange, and stays as it is if this one cannot listen.
   * Rejects with ApiError 500.
   */
  async start(replaced?: FaultProxy): Promise<void> {
    if (this.enabled) return
    const address = await resolve(this.#listen, 'listen tcp: ')
    this.#adopt(await this.#open(address, replaced))
    replaced?.stop()
  }

  /** Closes the port and every connection, at once. */
  stop(): void {
    this.#listener?.close()
    this.#listener = undefined
    this.#dropConnections()
  }

  /** Whether another address or upstream is asked for, after resolving. Rejects with ApiError 500. */
  async differs(listen: string, upstream: string): Promise<boolean> {
    const address = await resolve(listen)
    return formatAddress(address) !== this.#listen || upstream !== this.#upstream
  }

  /**
   * Changes what is given. Another listen address or upstream drops the connections; toxics stay.
   * Rejects with ApiError 500, and has then changed nothing.
   */
  async update(change: {
    listen?: string | undefined
    upstream?: string | undefined
    enabled?: boolean | undefined
  }): Promise<void> {
    const { listen = this.#listen, upstream = this.#upstream, enabled = this.enabled } = change
    const address =
      change.listen !== undefined || (enabled && !this.enabled) ? await resolve(listen) : undefined
    const moved = address !== undefined && formatAddress(address) !== this.#listen
    if (!enabled) {
      this.stop()
      if (moved) this.#listen = listen
    } else if (address !== undefined && (moved || !this.enabled)) {
      const opened = await this.#open(address, this)
      this.stop()
      this.#adopt(opened)
    } else if (upstream !== this.#upstream) {
      this.#dropConnections()
    }
    this.#upstream = upstream
  }

  findToxic(name: string): Toxic {
    const toxic = this.toxics.find(candidate => candidate.name === name)
    if (toxic === undefined) throw toxicNotFound()
    return toxic
  }

  /** Throws ApiError 409. */
  requireNewToxicName(name: string): void {
    if (this.toxics.some(toxic => toxic.name === name)) throw toxicExists()
  }

  /** Adds a toxic at the end of its direction; in effect on every connection when this returns. */
  addToxic(toxic: Toxic): void {
    this.requireNewToxicName(toxic.name)
    this.#toxics[toxic.direction].push(toxic)
    this.#evidence.set(toxic.name, toxic.evidence)
    for (const connection of this.#connections) connection.link(toxic.direction).add(toxic)
  }

  /** In effect on every connection when this returns. */
  updateToxic(toxic: Toxic, change: { attributes: AttributeValues; toxicity: number }): void {
    toxic.attributes = change.attributes
    toxic.toxicity = change.toxicity
    for (const connection of this.#connections) connection.link(toxic.direction).update(toxic)
  }

  /** Every connection is restored when this returns. Its evidence stays. */
  removeToxic(toxic: Toxic): void {
    this.#toxics[toxic.direction] = this.#toxics[toxic.direction].filter(other => other !== toxic)
    toxic.evidence.active = false
    for (const connection of this.#connections) connection.link(toxic.direction).remove(toxic)
  }

  /** Removes every toxic, and the evidence of all. */
  clearToxics(): void {
    for (const toxic of this.toxics) this.removeToxic(toxic)
    this.#evidence.clear()
  }

  toJSON(): object {
    return {
      name: this.name,
      listen: this.#listen,
      upstream: this.#upstream,
      enabled: this.enabled,
      // Toxiproxy 2.x has it, empty.
      Logger: {},
      toxics: this.toxics,
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
    this.#listener = listener
    this.#listen = formatAddress(listener.address)
  }

  #accept(client: Socket): void {
    this.counters.connections += 1
    this.counters.open += 1
    const connection: Connection = new Connection({
      client,
      upstream: this.#upstream,
      counters: this.counters,
      toxics: this.#toxics,
      random: this.#options.random,
      onFault: this.#options.onFault,
      onClosed: () => {
        this.counters.open -= 1
        this.#connections.delete(connection)
      },
    })
    this.#connections.add(connection)
  }

  #dropConnections(): void {
    for (const connection of this.#connections) connection.close()
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
