import { toxicExists, toxicNotFound } from './answers.ts'
import type { Connection } from './connection.ts'
import { type HttpToxics, isHttp } from './http/toxics.ts'
import { type AttributeValues, type Direction, directions } from './stage.ts'
import type { Toxic } from './toxic.ts'

/** The toxics of one proxy, on all of its connections. What changes here is in effect when the call returns. */
export class ProxyToxics {
  /** By direction, in order of adding. */
  readonly streams: Readonly<Record<Direction, Toxic[]>> = { upstream: [], downstream: [] }
  readonly http: HttpToxics
  readonly #connections: Iterable<Connection>
  /** Those removed since the last reset included; the newest of each name. */
  readonly #known = new Map<string, Toxic>()

  constructor(http: HttpToxics, connections: Iterable<Connection>) {
    this.http = http
    this.#connections = connections
  }

  /** Upstream ones first, those of http last, each kind in order of adding. */
  get all(): readonly Toxic[] {
    return [...directions.flatMap(direction => this.streams[direction]), ...this.http.all]
  }

  /** For evidence: those removed since the last reset included; the newest of each name. */
  get known(): readonly Toxic[] {
    return [...this.#known.values()]
  }

  /** Throws ApiError 404. */
  find(name: string): Toxic {
    const toxic = this.all.find(candidate => candidate.name === name)
    if (toxic === undefined) throw toxicNotFound()
    return toxic
  }

  /** Throws ApiError 409. */
  requireNewName(name: string): void {
    if (this.all.some(toxic => toxic.name === name)) throw toxicExists()
  }

  /** Adds a toxic at the end of its direction. Throws ApiError 409. */
  add(toxic: Toxic): void {
    this.requireNewName(toxic.name)
    this.#known.set(toxic.name, toxic)
    if (isHttp(toxic)) {
      this.http.add(toxic)
      this.#refilter()
      return
    }
    this.streams[toxic.direction].push(toxic)
    for (const connection of this.#connections) connection.link(toxic.direction).add(toxic)
  }

  update(toxic: Toxic, change: { attributes: AttributeValues; toxicity: number }): void {
    toxic.attributes = change.attributes
    toxic.toxicity = change.toxicity
    if (isHttp(toxic)) this.#refilter()
    else for (const connection of this.#connections) connection.link(toxic.direction).update(toxic)
  }

  /** Its evidence stays. One that is gone already stays gone. */
  remove(toxic: Toxic): void {
    toxic.evidence.active = false
    toxic.setLease(undefined)
    if (isHttp(toxic)) {
      this.http.remove(toxic)
      this.#refilter()
      return
    }
    const stream = this.streams[toxic.direction]
    if (stream.includes(toxic)) stream.splice(stream.indexOf(toxic), 1)
    for (const connection of this.#connections) connection.link(toxic.direction).remove(toxic)
  }

  /** Removes every toxic, and the evidence of all. */
  clear(): void {
    for (const toxic of this.all) this.remove(toxic)
    this.#known.clear()
  }

  /** The proxy is gone: no lease needs to end anything. */
  releaseLeases(): void {
    for (const toxic of this.all) toxic.setLease(undefined)
  }

  #refilter(): void {
    for (const connection of this.#connections) connection.refilter()
  }
}
