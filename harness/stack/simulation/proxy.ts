/** The harness's hand on the links of a virtual network: what ProxyControl is for the fault proxy. */
import { HarnessError } from '../../errors.ts'
import type { Direction, ToxicType } from '../../proxy/stage.ts'
import { Toxic } from '../../proxy/toxic.ts'
import { catalogue } from '../../proxy/toxics/catalogue.ts'
import type { Ending, LinkState, ProxyEvidence, ProxyHand, ToxicSpec } from '../proxy-control.ts'
import type { Link } from '../topology.ts'
import type { VirtualLink } from './link.ts'
import type { VirtualNetwork } from './network.ts'

export class VirtualProxy implements ProxyHand {
  readonly apiUrl = 'http://127.0.0.1:20000'
  readonly #network: VirtualNetwork

  constructor(network: VirtualNetwork) {
    this.#network = network
  }

  moveTo(): void {}

  async open(wanted: readonly { link: Link }[]): Promise<Map<string, string>> {
    return new Map(wanted.map(({ link: { name } }) => [name, this.listenOf(name)]))
  }

  async connect({ name }: Link, upstream: string): Promise<void> {
    this.#network.link(name).upstream = upstream
  }

  async addToxic(link: string, { name, type, stream, toxicity, attributes }: ToxicSpec): Promise<void> {
    const kind = typeOf(type)
    const usual = Object.entries(kind.attributes).map(([each, field]) => [each, field.initial])
    const all: Record<string, unknown> = { ...Object.fromEntries(usual), ...attributes }
    const problem = kind.check?.(all)
    if (problem !== undefined) throw new HarnessError(`the toxic ${name} for ${link}: ${problem}`)
    const direction: Direction = stream
    this.#network
      .link(link)
      .add(new Toxic({ name, type: kind, stream, direction, attributes: all, toxicity }))
  }

  listenOf(link: string): string {
    return this.#network.link(link).listen
  }

  async disable(link: string, established: Ending): Promise<void> {
    this.#network.link(link).takeDown(established)
  }

  async enable(link: string): Promise<void> {
    this.#network.link(link).putUp()
  }

  async reset(): Promise<void> {
    for (const link of this.#network.links.values()) {
      for (const { name } of link.toxics) link.remove(name)
      link.known.clear()
      link.putUp()
    }
  }

  async removeToxic(link: string, name: string): Promise<void> {
    this.#network.link(link).remove(name)
  }

  async endConnections(link: string, action: 'cut' | 'reset'): Promise<number> {
    return this.#network.link(link).endConnections(action)
  }

  async toxics(): Promise<{ link: string; toxic: string }[]> {
    return [...this.#network.links].flatMap(([link, { toxics }]) =>
      toxics.map(({ name }) => ({ link, toxic: name })),
    )
  }

  async states(): Promise<Record<string, LinkState>> {
    return this.#ofAll(({ listen, upstream, downSince, toxics }) => ({
      listen,
      upstream,
      enabled: downSince === undefined,
      toxics: toxics.map(({ name }) => ({ name })),
    }))
  }

  async evidence(): Promise<Record<string, ProxyEvidence>> {
    return this.#ofAll(({ counters, downSince, known }) => ({
      connections: counters.connections,
      open: counters.open,
      enabled: downSince === undefined,
      ...(downSince === undefined ? {} : { since: new Date(downSince).toISOString() }),
      expired: false,
      upstreamRequests: counters.upstreamRequests,
      toxics: Object.fromEntries([...known].map(([name, { evidence }]) => [name, { ...evidence }])),
    }))
  }

  #ofAll<T>(of: (link: VirtualLink) => T): Record<string, T> {
    return Object.fromEntries([...this.#network.links].map(([name, link]) => [name, of(link)]))
  }
}

function typeOf(wanted: string): ToxicType {
  const found = catalogue.find(({ type }) => type === wanted)
  if (found) return found
  throw new HarnessError(`no toxic "${wanted}"; there are: ${catalogue.map(({ type }) => type).join(', ')}`)
}
