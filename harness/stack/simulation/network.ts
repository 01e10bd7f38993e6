/** The virtual network of a stack: all its links, and who listens where. */
import type { Random } from '../../crowd/random.ts'
import { HarnessError } from '../../errors.ts'
import type { Link, Topology } from '../topology.ts'
import type { VirtualClock } from './clock.ts'
import type { Peer } from './connection.ts'
import type { Costs } from './costs.ts'
import { VirtualLink } from './link.ts'
import { Processor, WorkQueue } from './processor.ts'

export interface NetworkOptions {
  clock: VirtualClock
  random: Random
  costs: Costs
  topology: Topology
  links: readonly Link[]
}

/** Addresses are those of this machine, as with `processes`; nobody else has them, for they are not real. */
const host = '127.0.0.1'
const firstListenPort = 20_001
const firstServicePort = 30_001

export class VirtualNetwork {
  readonly clock: VirtualClock
  readonly random: Random
  readonly costs: Costs
  readonly processor: Processor
  readonly links: ReadonlyMap<string, VirtualLink>
  readonly #byAddress: ReadonlyMap<string, VirtualLink>
  readonly #peers = new Map<string, Peer>()
  readonly #services: readonly string[]
  readonly #proxy: WorkQueue
  readonly #crowd: WorkQueue

  constructor({ clock, random, costs, topology, links }: NetworkOptions) {
    this.clock = clock
    this.random = random
    this.costs = costs
    this.processor = new Processor(clock, costs.cores ?? Number.POSITIVE_INFINITY)
    this.#proxy = new WorkQueue(this.processor, 1)
    this.#crowd = new WorkQueue(this.processor, 1)
    this.#services = topology.services.map(({ name }) => name)
    const programs = new Map(topology.services.map(({ name, program }) => [name, program]))
    const all = links.map((link, index) => {
      const listen = `${host}:${firstListenPort + index}`
      const isHttp = programs.get(link.to) !== 'postgres'
      return new VirtualLink({ link, network: this, listen, upstream: this.addressOf(link.to), isHttp })
    })
    this.links = new Map(all.map(each => [each.link.name, each]))
    this.#byAddress = new Map(all.map(each => [each.listen, each]))
  }

  /**
   * Does something once a part of the way from one end of a link to the other is behind it (1: all of it). Where
   * everybody has a core of their own, as many go through the fault proxy at a time as want to.
   */
  hop(part: number, then: () => void): void {
    const ms = part * this.costs.hopMs
    if (this.costs.cores === undefined) this.clock.after(ms, then)
    else this.#proxy.add(ms, then)
  }

  /** Does something of the crowd's, once it comes to it. */
  inCrowd(then: () => void): void {
    if (this.costs.cores === undefined) then()
    else this.#crowd.add(this.costs.visitMs, then)
  }

  /** Where a service listens, once it does. */
  addressOf(service: string): string {
    return `${host}:${firstServicePort + this.#services.indexOf(service)}`
  }

  /** The link that is found at an address; undefined if there is none. */
  linkAt(address: string): VirtualLink | undefined {
    return this.#byAddress.get(address)
  }

  link(name: string): VirtualLink {
    const found = this.links.get(name)
    if (found) return found
    throw new HarnessError(`no link ${name}; there are: ${[...this.links.keys()].join(', ')}`)
  }

  listen(service: string, peer: Peer): void {
    this.#peers.set(this.addressOf(service), peer)
  }

  /** Only of who listens there still. */
  unlisten(service: string, peer: Peer): void {
    const address = this.addressOf(service)
    if (this.#peers.get(address) === peer) this.#peers.delete(address)
  }

  peerAt(address: string): Peer | undefined {
    return this.#peers.get(address)
  }

  /** The end of it: no connection is left, and nothing that waits. */
  close(): void {
    for (const link of this.links.values()) {
      for (const { name } of link.toxics) link.remove(name)
      link.endConnections('cut')
    }
  }
}
