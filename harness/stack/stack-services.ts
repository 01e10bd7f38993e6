/** What can be done to the services of a stack: by its driver, with the links following where a service goes. */
import { HarnessError, StackError } from '../errors.ts'
import type { Driver } from './driver.ts'
import type { ProxyControl } from './proxy-control.ts'
import type { ServiceControl, ServiceLimits, ServiceStatus, ServiceVersion } from './service-control.ts'
import type { Link, Topology } from './topology.ts'

export interface StackServicesOptions {
  topology: Topology
  links: readonly Link[]
  driver: Driver
  proxy: ProxyControl
  /** `host:port` of each service, by name. */
  upstreams: ReadonlyMap<string, string>
}

export class StackServices implements ServiceControl {
  readonly names: readonly string[]
  readonly #options: StackServicesOptions
  readonly #upstreams: Map<string, string>
  /** How many starts of each have been asked for. */
  readonly #asked = new Map<string, number>()
  #replacing: Promise<unknown> = Promise.resolve()

  constructor(options: StackServicesOptions) {
    this.#options = options
    this.names = options.topology.services.map(({ name }) => name)
    this.#upstreams = new Map(options.upstreams)
  }

  async status(name: string): Promise<ServiceStatus> {
    return this.#driverOf(name).status(name)
  }

  async kill(name: string): Promise<void> {
    await this.#driverOf(name).kill(name)
  }

  async pause(name: string): Promise<void> {
    await this.#driverOf(name).pause(name)
  }

  async resume(name: string): Promise<void> {
    await this.#driverOf(name).resume(name)
  }

  async start(name: string, version?: ServiceVersion): Promise<void> {
    const { connected } = await this.#begin(name, version)
    await connected
  }

  async launch(name: string, version?: ServiceVersion): Promise<void> {
    const { connected } = await this.#begin(name, version)
    // That it never listens may be what is wanted.
    connected.catch(() => {})
  }

  async limit(name: string, limits: ServiceLimits | undefined): Promise<'real' | 'imitated'> {
    return this.#driverOf(name).limit(name, limits)
  }

  async isolate(name: string): Promise<boolean> {
    return this.#driverOf(name).isolate(name)
  }

  async rejoin(name: string): Promise<void> {
    await this.#driverOf(name).rejoin(name)
  }

  /** Another fault proxy, with every link where it was and no toxic on it. One replacement at a time. */
  replaceProxy(): Promise<void> {
    const replacing = this.#replacing.then(() => this.#replaceProxy())
    this.#replacing = replacing.catch(() => {})
    return replacing
  }

  async #replaceProxy(): Promise<void> {
    const { driver, proxy, links } = this.#options
    const listens = new Map(links.map(({ name }) => [name, proxy.listenOf(name)]))
    const server = await driver.replaceProxy(links, listens)
    proxy.moveTo(server.apiUrl)
    await proxy.open(
      links.map(link => ({
        link,
        listen: server.listen(link),
        upstream: this.#upstreams.get(link.to) ?? '',
      })),
    )
  }

  async #begin(name: string, version: ServiceVersion | undefined): Promise<{ connected: Promise<void> }> {
    const driver = this.#driverOf(name)
    const number = (this.#asked.get(name) ?? 0) + 1
    this.#asked.set(name, number)
    const { listening } = await driver.restart(name, version)
    const connect = async () => {
      const { upstream } = await listening
      if (this.#asked.get(name) !== number)
        throw new StackError(name, 'was started again before it was waited for')
      await this.#lead(name, upstream)
    }
    return { connected: connect() }
  }

  async #lead(name: string, upstream: string): Promise<void> {
    if (this.#upstreams.get(name) === upstream) return
    this.#upstreams.set(name, upstream)
    const { links, proxy } = this.#options
    await Promise.all(links.filter(({ to }) => to === name).map(link => proxy.connect(link, upstream)))
  }

  #driverOf(name: string): Driver {
    if (this.names.includes(name)) return this.#options.driver
    throw new HarnessError(`the stack has no service "${name}"; there are: ${this.names.join(', ')}`)
  }
}
