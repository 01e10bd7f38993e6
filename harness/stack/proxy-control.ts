/** The harness's hand on the fault proxy: Toxiproxy's API through its client, and the counters that are evidence. */
import { type ICreateToxicBody, type Proxy as ProxyHandle, Toxiproxy } from 'toxiproxy-node-client'
import { z } from 'zod'
import { HarnessError, messageOf } from '../errors.ts'
import type { Link } from './topology.ts'

const toxicEvidence = z.looseObject({ type: z.string(), connections: z.number(), bytes: z.number() })
const evidenceSchema = z.object({
  proxies: z.record(
    z.string(),
    z.looseObject({
      connections: z.number(),
      open: z.number(),
      upstreamRequests: z.number().optional(),
      toxics: z.record(z.string(), toxicEvidence),
    }),
  ),
})
export type ProxyEvidence = z.output<typeof evidenceSchema>['proxies'][string]
export type ToxicBody = ICreateToxicBody<never> & { attributes: Record<string, number> }

export interface ToxicSpec {
  name: string
  type: 'latency' | 'timeout' | 'reset_peer'
  stream: 'upstream' | 'downstream'
  toxicity: number
  attributes: Record<string, number>
}

export class ProxyControl {
  readonly #client: Toxiproxy
  /** Base address of its API, as reached from here. */
  readonly apiUrl: string
  readonly #handles = new Map<string, ProxyHandle>()

  constructor(apiUrl: string) {
    this.apiUrl = apiUrl
    this.#client = new Toxiproxy(apiUrl)
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

  /** Points a link at the service that answers it. */
  async connect(link: Link, upstream: string): Promise<void> {
    const handle = this.#handle(link.name)
    await handle.update({ enabled: true, listen: handle.listen, upstream })
  }

  async addToxic(link: string, toxic: ToxicSpec): Promise<void> {
    await this.#handle(link).addToxic(toxic as never)
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

  /** Names of the toxics on every link: what is broken right now, by the proxy's own word. */
  async toxics(): Promise<{ link: string; toxic: string }[]> {
    const response = await this.#ask('/proxies')
    const proxies = z
      .record(z.string(), z.looseObject({ toxics: z.array(z.looseObject({ name: z.string() })) }))
      .parse(await response.json())
    return Object.entries(proxies).flatMap(([link, { toxics }]) =>
      toxics.map(({ name }) => ({ link, toxic: name })),
    )
  }

  /** Counters of every link, live. Rejects with HarnessError where the proxy keeps none (a real Toxiproxy does not). */
  async evidence(): Promise<Record<string, ProxyEvidence>> {
    try {
      const response = await this.#ask('/firebreak/evidence')
      return evidenceSchema.parse(await response.json()).proxies
    } catch (error) {
      throw new HarnessError(`the fault proxy gives no counters: ${messageOf(error)}`, { cause: error })
    }
  }

  async #ask(path: string, init?: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.apiUrl}${path}`, init)
    } catch (error) {
      throw new HarnessError(`the fault proxy cannot be reached at ${this.apiUrl}: ${messageOf(error)}`, {
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
