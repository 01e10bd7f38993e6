/** The harness's hand on the fault proxy: Toxiproxy's API through its client, and the counters that are evidence. */
import { type Proxy as ProxyHandle, Toxiproxy } from 'toxiproxy-node-client'
import { z } from 'zod'
import { HarnessError, messageOf } from '../errors.ts'
import { LeaseRenewal, leaseMs } from './lease-renewal.ts'
import type { Link } from './topology.ts'

const toxicEvidence = z.looseObject({
  type: z.string(),
  connections: z.number(),
  bytes: z.number(),
  requests: z.number().default(0),
  /** Its lease was not renewed in time. */
  expired: z.boolean().default(false),
})
const evidenceSchema = z.object({
  proxies: z.record(
    z.string(),
    z.looseObject({
      connections: z.number(),
      open: z.number(),
      /** Of a proxy that was disabled, and since when it has been. */
      enabled: z.boolean().default(true),
      since: z.string().optional(),
      expired: z.boolean().default(false),
      upstreamRequests: z.number().optional(),
      toxics: z.record(z.string(), toxicEvidence),
    }),
  ),
})
export type ProxyEvidence = z.output<typeof evidenceSchema>['proxies'][string]

export interface ToxicSpec {
  name: string
  type: 'latency' | 'timeout' | 'reset_peer' | 'bandwidth' | 'slicer' | 'limit_data' | 'slow_close' | 'http'
  stream: 'upstream' | 'downstream'
  toxicity: number
  attributes: Readonly<Record<string, unknown>>
}

/** What becomes of the connections that stand when a link goes down. */
export const endings = ['cut', 'reset', 'drain'] as const
export type Ending = (typeof endings)[number]

const statesSchema = z.record(
  z.string(),
  z.looseObject({
    listen: z.string(),
    upstream: z.string(),
    enabled: z.boolean(),
    toxics: z.array(z.looseObject({ name: z.string() })),
  }),
)
/** A link as the proxy itself has it. */
export type LinkState = z.output<typeof statesSchema>[string]

/** What can be done to the links of a stack, whoever carries what crosses them. */
export type ProxyHand = Pick<ProxyControl, keyof ProxyControl>

export class ProxyControl {
  readonly #holder: string
  readonly #leases = new LeaseRenewal(() => this.#renew())
  readonly #handles = new Map<string, ProxyHandle>()
  #client: Toxiproxy
  #apiUrl: string

  /** `holder`: in whose name faults are lent. They end by themselves when this process does. */
  constructor(apiUrl: string, holder = `harness-${process.pid}`) {
    this.#holder = holder
    this.#apiUrl = apiUrl
    this.#client = new Toxiproxy(apiUrl)
  }

  /** Base address of its API, as reached from here. */
  get apiUrl(): string {
    return this.#apiUrl
  }

  /** Another proxy has taken the place of this one: `open` makes its links next. */
  moveTo(apiUrl: string): void {
    this.#apiUrl = apiUrl
    this.#client = new Toxiproxy(apiUrl)
    this.#handles.clear()
  }

  /** Makes the listeners of links, all in one call; answers with the address that each listens on, by its link's name. */
  async open(
    wanted: readonly { link: Link; listen: string; upstream: string }[],
  ): Promise<Map<string, string>> {
    const opened = await this.#client.populate(
      wanted.map(({ link: { name }, listen, upstream }) => ({ name, listen, upstream, enabled: true })),
    )
    for (const [name, handle] of Object.entries(opened)) this.#handles.set(name, handle)
    return new Map(wanted.map(({ link: { name } }) => [name, this.#handle(name).listen]))
  }

  /** Points a link at the service that answers it. One that is down stays down. */
  async connect(link: Link, upstream: string): Promise<void> {
    const handle = this.#handle(link.name)
    await handle.update({ listen: handle.listen, upstream } as never)
  }

  async addToxic(link: string, toxic: ToxicSpec): Promise<void> {
    await this.#handle(link).addToxic({ ...toxic, lease: this.#lease } as never)
    this.#leases.begin()
  }

  /** Where a link listens, as the proxy says it. */
  listenOf(link: string): string {
    return this.#handle(link).listen
  }

  /** Takes a link down: new connections are refused, and those that stand end as told. */
  async disable(link: string, established: Ending): Promise<void> {
    await this.#do(`take ${link} down`, `/proxies/${link}`, {
      method: 'POST',
      body: JSON.stringify({ enabled: false, established, lease: this.#lease }),
    })
    this.#leases.begin()
  }

  async enable(link: string): Promise<void> {
    const body = JSON.stringify({ enabled: true })
    await this.#do(`put ${link} up again`, `/proxies/${link}`, { method: 'POST', body })
  }

  /** Takes every toxic off and puts every link up. */
  async reset(): Promise<void> {
    await this.#do('reset itself', '/reset', { method: 'POST' })
  }

  /** Removes a toxic; one that is gone already is as good as removed. */
  async removeToxic(link: string, name: string): Promise<void> {
    const response = await this.#ask(`/proxies/${link}/toxics/${name}`, { method: 'DELETE' })
    await response.arrayBuffer()
    if (response.status !== 204 && response.status !== 404) {
      throw new HarnessError(
        `the fault proxy answered ${response.status} when ${name} was to be removed from ${link}`,
      )
    }
  }

  /** Ends the connections that stand on a link; new ones are let in as before. Resolves to how many there were. */
  async endConnections(link: string, action: 'cut' | 'reset'): Promise<number> {
    const response = await this.#ask(`/firebreak/proxies/${link}/connections`, {
      method: 'POST',
      body: JSON.stringify({ action }),
    })
    const text = await response.text()
    if (response.ok) return z.object({ connections: z.number() }).parse(JSON.parse(text)).connections
    throw new HarnessError(
      `the fault proxy answered ${response.status} when the connections on ${link} were to end: ${text.slice(0, 200)}`,
    )
  }

  /** Names of the toxics on every link: what is broken right now, by the proxy's own word. */
  async toxics(): Promise<{ link: string; toxic: string }[]> {
    return Object.entries(await this.states()).flatMap(([link, { toxics }]) =>
      toxics.map(({ name }) => ({ link, toxic: name })),
    )
  }

  /** Every link as the proxy has it, by name. */
  async states(): Promise<Record<string, LinkState>> {
    const response = await this.#ask('/proxies')
    return statesSchema.parse(await response.json())
  }

  /**
   * Counters of every link, live; none of a real Toxiproxy, which counts a connection only when it is over. Rejects with
   * HarnessError.
   */
  async evidence(): Promise<Record<string, ProxyEvidence>> {
    try {
      const response = await this.#ask('/firebreak/evidence')
      if (response.status === 404) {
        await response.arrayBuffer()
        return {}
      }
      return evidenceSchema.parse(await response.json()).proxies
    } catch (error) {
      throw new HarnessError(`the fault proxy gives no counters: ${messageOf(error)}`, { cause: error })
    }
  }

  get #lease() {
    return { holder: this.#holder, ms: leaseMs }
  }

  /** False if nothing is lent, or this proxy (a real Toxiproxy) lends nothing. */
  async #renew(): Promise<boolean> {
    const response = await this.#ask(`/firebreak/leases/${encodeURIComponent(this.#holder)}`, {
      method: 'POST',
    })
    await response.arrayBuffer()
    return response.ok
  }

  async #do(what: string, path: string, init: RequestInit): Promise<void> {
    const response = await this.#ask(path, init)
    const text = await response.text()
    if (response.ok) return
    throw new HarnessError(
      `the fault proxy answered ${response.status} when it was to ${what}: ${text.slice(0, 200)}`,
    )
  }

  async #ask(path: string, init?: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.#apiUrl}${path}`, init)
    } catch (error) {
      throw new HarnessError(`the fault proxy cannot be reached at ${this.#apiUrl}: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }

  #handle(link: string): ProxyHandle {
    const handle = this.#handles.get(link)
    if (!handle) throw new HarnessError(`no link ${link}; there are: ${[...this.#handles.keys()].join(', ')}`)
    return handle
  }
}
