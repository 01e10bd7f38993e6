import { ApiError, proxyExists, proxyNotFound } from './answers.ts'
import { type LeaseRequest, Leases } from './leases.ts'
import { TrafficArchive } from './metrics.ts'
import { FaultProxy, type ProxyChange } from './proxy.ts'

export interface ProxyRequest {
  name?: string | undefined
  listen?: string | undefined
  upstream?: string | undefined
  enabled?: boolean | undefined
}

/** Thrown by `populate`: why it ended early, and the proxies in place by then. */
export class PopulateError extends Error {
  override readonly name = 'PopulateError'
  readonly done: readonly FaultProxy[]

  constructor(done: readonly FaultProxy[], cause: unknown) {
    super('populate ended early', { cause })
    this.done = done
  }
}

/** The proxies of one server. Changes to one name run one after another; no name waits for another. */
export class ProxyCollection {
  readonly leases: Leases
  /** What proxies have counted that are gone, or under addresses that they no longer have. */
  readonly archive = new TrafficArchive()
  readonly #proxies = new Map<string, FaultProxy>()
  readonly #random: () => number
  readonly #onFault: (error: unknown) => void
  /** The last change to each name that is still going on. */
  readonly #changes = new Map<string, Promise<unknown>>()

  constructor(options: { random: () => number; onFault: (error: unknown) => void }) {
    this.#random = options.random
    this.#onFault = options.onFault
    this.leases = new Leases(options.onFault)
  }

  /** Sorted by the bytes of their names. */
  all(): FaultProxy[] {
    return [...this.#proxies.values()].sort((a, b) =>
      Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
    )
  }

  /** Throws ApiError 404. */
  get(name: string): FaultProxy {
    const proxy = this.#proxies.get(name)
    if (proxy === undefined) throw proxyNotFound()
    return proxy
  }

  /** Rejects with ApiError 400, 409 or 500. */
  create(request: ProxyRequest): Promise<FaultProxy> {
    const { name, upstream } = required(request)
    return this.#exclusive(name, async () => {
      if (this.#proxies.has(name)) throw proxyExists()
      const proxy = this.#make(name, upstream, request)
      if (request.enabled !== false) await proxy.start()
      this.#proxies.set(name, proxy)
      return proxy
    })
  }

  /** With a lease, what it disables is enabled again in time. Rejects with ApiError 404 or 500; nothing has changed then. */
  update(name: string, change: ProxyChange, lease?: LeaseRequest): Promise<FaultProxy> {
    return this.#exclusive(name, async () => {
      const proxy = this.get(name)
      await proxy.update(change)
      if (lease !== undefined) this.#lend(proxy, lease)
      return proxy
    })
  }

  /** Rejects with ApiError 404. */
  delete(name: string): Promise<void> {
    return this.#exclusive(name, async () => {
      this.get(name).close()
      this.#proxies.delete(name)
    })
  }

  /**
   * Makes all that are not there as asked; one that has the same address and upstream stays untouched.
   * Rejects with ApiError 400 before anything was done, or with PopulateError at the first that fails.
   */
  async populate(requests: readonly ProxyRequest[]): Promise<FaultProxy[]> {
    for (const [index, request] of requests.entries()) required(request, ` at proxy ${index + 1}`)
    const done: FaultProxy[] = []
    for (const request of requests) {
      try {
        done.push(await this.#place(request))
      } catch (error) {
        throw new PopulateError(done, error)
      }
    }
    return done
  }

  /** Enables every proxy and removes every toxic. All are tried; rejects with the first failure. */
  async reset(): Promise<void> {
    const resets = this.all().map(proxy =>
      this.#exclusive(proxy.name, async () => {
        proxy.toxics.clear()
        // It may have been deleted or replaced while this waited.
        if (this.#proxies.get(proxy.name) === proxy) await proxy.start()
      }),
    )
    const failure = (await Promise.allSettled(resets)).find(result => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
  }

  /** Stops every proxy. */
  close(): void {
    for (const proxy of this.#proxies.values()) proxy.close()
    this.#proxies.clear()
    this.leases.close()
  }

  #place(request: ProxyRequest): Promise<FaultProxy> {
    const { name, upstream } = required(request)
    return this.#exclusive(name, async () => {
      const old = this.#proxies.get(name)
      if (old !== undefined && !(await old.differs(request.listen ?? '', upstream))) return old
      const proxy = this.#make(name, upstream, request)
      if (request.enabled !== false) await proxy.start(old)
      else old?.close()
      this.#proxies.set(name, proxy)
      return proxy
    })
  }

  #make(name: string, upstream: string, { listen = '' }: ProxyRequest): FaultProxy {
    return new FaultProxy({
      name,
      upstream,
      listen,
      random: this.#random,
      onFault: this.#onFault,
      archive: this.archive,
    })
  }

  #lend(proxy: FaultProxy, request: LeaseRequest): void {
    const lease = this.leases.grant(request, why =>
      this.#exclusive(proxy.name, async () => {
        // It may have been enabled, or leased again, while this waited.
        if (proxy.lease === lease) await proxy.endLease(why === 'expired')
      }),
    )
    proxy.setLease(lease)
  }

  #exclusive<T>(name: string, change: () => Promise<T>): Promise<T> {
    const result = (this.#changes.get(name) ?? Promise.resolve()).then(change)
    const settled = result
      .catch(() => {})
      .then(() => {
        if (this.#changes.get(name) === settled) this.#changes.delete(name)
      })
    this.#changes.set(name, settled)
    return result
  }
}

function required({ name, upstream }: ProxyRequest, where = ''): { name: string; upstream: string } {
  if (!name) throw new ApiError(400, `missing required field: name${where}`)
  if (!upstream) throw new ApiError(400, `missing required field: upstream${where}`)
  return { name, upstream }
}
