/**
 * The runtime on a container engine.
 *
 *   harness, browser ──127.0.0.1──> proxy ┐ front: for published ports only
 *   crowd ────────────────────────> proxy ┘ inside: no way out ──> edge-us, feed, auth, sessions, …
 *
 * Every link goes through the proxy. Where the inside network's bridge is on this machine the crowd takes it, since a
 * published port leads through one more process, which takes an eighth of a core from what is measured; elsewhere it
 * takes the published ports, too.
 */
import type Docker from 'dockerode'
import { HarnessError } from '../../errors.ts'
import type { DatabaseSecrets, Driver, Started, StartedProxy, Starting } from '../driver.ts'
import { type Ledger, labelsOf } from '../ledger.ts'
import { codeEnding } from '../node-binary.ts'
import type { ServiceLimits, ServiceStatus, ServiceVersion } from '../service-control.ts'
import { Starts } from '../starts.ts'
import type { Link, Program } from '../topology.ts'
import { type ContainerSpec, type ContainerStarter, loadContainerStarter } from './containers.ts'
import { openEngine, removeStackContainers } from './engine.ts'
import { ensureImages, type StackImages } from './images.ts'
import { Instances } from './instances.ts'
import { createNetworks, type StackNetworks } from './networks.ts'
import { firstLinkPort, type ProxyContainer, proxyName, startProxyContainer } from './proxy-container.ts'
import { nobody } from './service-image.ts'

const servicePort = 8_080
const databasePort = 5_432

const startMsMax = 60_000
/** For what the engine does for starts that are given up; longer only where it hangs. */
const giveUpMsMax = 45_000
const nodeCommand = ['node', '--disable-warning=ExperimentalWarning']

/** Nothing outlives the stack, so nothing is worth waiting for a disk. */
const databaseSettings = [
  'listen_addresses=*',
  'fsync=off',
  // So that a replica can follow.
  'wal_level=logical',
  'wal_retrieve_retry_interval=500ms',
  'full_page_writes=off',
  'shared_buffers=32MB',
  'max_wal_size=64MB',
  'min_wal_size=32MB',
]

export interface ContainersDriverOptions {
  stack: string
  ledger: Ledger
  log: (line: string) => void
}

/** What a driver is made of, once everything that it needs is on the engine. */
interface Parts {
  stack: string
  docker: Docker
  images: StackImages
  networks: StackNetworks
  starter: ContainerStarter
}

/**
 * Finds the engine, makes the images that it lacks, and creates the stack's networks. Rejects with a HarnessError,
 * leaving nothing behind.
 */
export async function createContainersDriver({
  stack,
  ledger,
  log,
}: ContainersDriverOptions): Promise<Driver> {
  const docker = await openEngine()
  ledger.record({ kind: 'containers' })
  const work = [ensureImages(docker, log), createNetworks(docker, stack), loadContainerStarter()] as const
  try {
    const [images, networks, starter] = await Promise.all(work)
    return new ContainersDriver({ stack, docker, images, networks, starter })
  } catch (error) {
    // What goes on must end first, or it would create what was just removed.
    await Promise.allSettled(work)
    await removeStackContainers(stack, docker)
    throw error
  }
}

class ContainersDriver implements Driver {
  readonly runtime = 'containers'
  readonly #parts: Parts
  readonly #starts = new Starts()
  readonly #instances: Instances
  #proxy: ProxyContainer | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#instances = new Instances({ ...parts, starts: this.#starts })
  }

  plannedAddresses(links: readonly Link[]): ReadonlyMap<string, string> {
    return new Map(links.map((link, index) => [link.name, `${proxyName}:${firstLinkPort + index}`]))
  }

  startProxy(links: readonly Link[]): Promise<StartedProxy> {
    return this.#starts.run(proxyName, () => this.#startProxy(links))
  }

  async replaceProxy(links: readonly Link[]): Promise<StartedProxy> {
    const before = this.#proxy
    if (before === undefined) throw new HarnessError('there is no fault proxy to replace')
    return this.#starts.run(proxyName, () => this.#startProxy(links, before))
  }

  status(name: string): Promise<ServiceStatus> {
    return this.#instances.status(name)
  }

  kill(name: string): Promise<void> {
    return this.#instances.kill(name)
  }

  pause(name: string): Promise<void> {
    return this.#instances.pause(name)
  }

  resume(name: string): Promise<void> {
    return this.#instances.resume(name)
  }

  restart(name: string, version?: ServiceVersion): Promise<Starting> {
    return this.#instances.restart(name, version)
  }

  limit(name: string, limits: ServiceLimits | undefined): Promise<'real' | 'imitated'> {
    return this.#instances.limit(name, limits)
  }

  isolate(name: string): Promise<boolean> {
    return this.#instances.isolate(name)
  }

  rejoin(name: string): Promise<void> {
    return this.#instances.rejoin(name)
  }

  startPostgres(name: string, secrets: DatabaseSecrets): Promise<Started> {
    return this.#starts.run(name, async () => {
      const spec: ContainerSpec = {
        ...this.#common(name),
        ...this.#insideOnly(name),
        image: this.#parts.images.database,
        command: ['postgres', ...databaseSettings.flatMap(setting => ['-c', setting])],
        env: {},
        user: 'postgres',
        memoryMiB: 768,
        foldersMiB: { '/var/run/postgresql': 1, '/tmp': 16 },
        volumes: await this.#volume(name, '/var/lib/postgresql'),
        ready: /database system is ready to accept connections/,
      }
      return this.#instances.start({ spec, secrets, upstream: this.upstreamOf(name, 'postgres') })
    })
  }

  startService(
    name: string,
    program: Exclude<Program, 'postgres'>,
    env: Record<string, string>,
  ): Promise<Started> {
    return this.#starts.run(name, async () => {
      const main = `services/${program}/main${codeEnding}`
      const spec: ContainerSpec = {
        ...this.#common(name),
        ...this.#insideOnly(name),
        command: [...nodeCommand, main],
        env: { ...env, HOST: '0.0.0.0', PORT: String(servicePort), DATA_DIR: '/data' },
        foldersMiB: { '/tmp': 16 },
        volumes: await this.#volume(name, '/data'),
      }
      const commandOf = (build: string) => [
        ...nodeCommand,
        `--import=./harness/builds/${build}${codeEnding}`,
        main,
      ]
      return this.#instances.start({ spec, commandOf, upstream: this.upstreamOf(name, program) })
    })
  }

  upstreamOf(name: string, program: Program): string {
    return `${name}:${program === 'postgres' ? databasePort : servicePort}`
  }

  async stop(): Promise<void> {
    this.#starts.refuse()
    const { stack, docker } = this.#parts
    // An engine that puts one container on a network while it takes another off it can lose count of them.
    const settled = await this.#starts.settle(giveUpMsMax)
    await removeStackContainers(stack, docker)
    if (settled) return
    // What still went on fails now, or has made something more.
    await this.#starts.settle(giveUpMsMax)
    await removeStackContainers(stack, docker)
  }

  async #startProxy(links: readonly Link[], before?: ProxyContainer): Promise<StartedProxy> {
    const { images, starter, ...parts } = this.#parts
    const common = this.#common(proxyName)
    const begin = (spec: ContainerSpec) =>
      before ? this.#instances.replace(before.spec, spec) : starter.begin(spec)
    const options = { ...parts, begin, common, image: images.services, starts: this.#starts }
    this.#proxy = await startProxyContainer(links, options, before?.container)
    return this.#proxy
  }

  /** A folder of a service that outlives its containers. */
  async #volume(service: string, folder: string): Promise<Record<string, string>> {
    const { docker, stack } = this.#parts
    const name = `firebreak-${stack}-${service}`
    await docker.createVolume({ Name: name, Labels: labelsOf(stack) })
    return { [folder]: name }
  }

  /** What all containers have in common. */
  #common(service: string) {
    return {
      stack: this.#parts.stack,
      service,
      image: this.#parts.images.services,
      user: nobody,
      memoryMiB: 256,
      foldersMiB: { '/tmp': 16 },
      ready: /"listening"/,
      startMsMax,
      signal: this.#starts.signal,
    }
  }

  /** What all containers except the proxy have in common: the proxy is the only neighbour that they know. */
  #insideOnly(service: string) {
    const { networks } = this.#parts
    return {
      network: networks.inside,
      address: networks.addressOf(service),
      hosts: { [proxyName]: networks.addressOf(proxyName) },
    }
  }
}
