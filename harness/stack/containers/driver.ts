/**
 * The runtime on a container engine.
 *
 *   harness, crowd ──127.0.0.1──> proxy ┐ front: for published ports only
 *                                 proxy ┘ inside: no way out ──> edge-us, feed, auth, sessions, …
 *
 * Every link goes through the proxy. It listens for link number i at port 9000 + i.
 */
import type Docker from 'dockerode'
import { HarnessError, StackError } from '../../errors.ts'
import { proxyNodeFlags } from '../../proxy/node-flags.ts'
import type { DatabaseSecrets, Driver, Started, StartedProxy } from '../driver.ts'
import type { Ledger } from '../ledger.ts'
import { Starts } from '../starts.ts'
import { harness, internet, type Link, type Program } from '../topology.ts'
import { type ContainerSpec, type ContainerStarter, loadContainerStarter } from './containers.ts'
import { openEngine, removeStackContainers } from './engine.ts'
import { imageId, pullImage } from './engine-images.ts'
import { ensureImages, type StackImages } from './images.ts'
import { createNetworks, type StackNetworks } from './networks.ts'
import { nobody } from './service-image.ts'

const proxyName = 'proxy'
const apiPort = 8474
const firstLinkPort = 9_000
const servicePort = 8_080
const databasePort = 5_432

const startMsMax = 60_000
/** For what the engine does for starts that are given up; longer only where it hangs. */
const giveUpMsMax = 45_000
const nodeCommand = ['node', '--disable-warning=ExperimentalWarning']

/** Durability is off; the write-ahead log is kept small, since it lives in memory. */
const databaseSettings = [
  'listen_addresses=*',
  'fsync=off',
  'synchronous_commit=off',
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

  constructor(parts: Parts) {
    this.#parts = parts
  }

  plannedAddresses(links: readonly Link[]): ReadonlyMap<string, string> {
    return new Map(links.map((link, index) => [link.name, `${proxyName}:${firstLinkPort + index}`]))
  }

  startProxy(links: readonly Link[]): Promise<StartedProxy> {
    return this.#starts.run(proxyName, async () => {
      const { networks, starter } = this.#parts
      const ports = new Map(links.map(({ name }, index) => [name, firstLinkPort + index]))
      const portOf = ({ name }: Link) => ports.get(name) ?? Number.NaN
      const fromOutside = links.filter(({ from }) => from === internet || from === harness)
      const container = await starter.start({
        ...this.#common(proxyName),
        ...(await this.#proxyProgram()),
        network: networks.front,
        hosts: Object.fromEntries(links.map(({ to }) => [to, networks.addressOf(to)])),
        published: [apiPort, ...fromOutside.map(portOf)],
        onCreated: id => this.#connectInside(id),
        // The second is what Toxiproxy itself says.
        ready: /"listening"|HTTP server/,
      })
      const apiUrl = `http://127.0.0.1:${container.publishedPort(apiPort)}`
      await waitForApi(apiUrl, container.logs, this.#starts)
      return {
        apiUrl,
        listen: link => `0.0.0.0:${portOf(link)}`,
        inside: link => `${proxyName}:${portOf(link)}`,
        outside: link => `127.0.0.1:${container.publishedPort(portOf(link))}`,
        logs: container.logs,
      }
    })
  }

  startPostgres(name: string, secrets: DatabaseSecrets): Promise<Started> {
    return this.#starts.run(name, async () => {
      const { images, starter } = this.#parts
      const spec: ContainerSpec = {
        ...this.#common(name),
        ...this.#insideOnly(name),
        image: images.database,
        command: ['postgres', ...databaseSettings.flatMap(setting => ['-c', setting])],
        env: {},
        user: 'postgres',
        memoryMiB: 768,
        foldersMiB: { '/var/lib/postgresql': 512, '/var/run/postgresql': 1, '/tmp': 16 },
        ready: /database system is ready to accept connections/,
      }
      const container = await starter.startDatabase(spec, secrets)
      return { upstream: this.upstreamOf(name, 'postgres'), logs: container.logs }
    })
  }

  startService(
    name: string,
    program: Exclude<Program, 'postgres'>,
    env: Record<string, string>,
  ): Promise<Started> {
    return this.#starts.run(name, async () => {
      const container = await this.#parts.starter.start({
        ...this.#common(name),
        ...this.#insideOnly(name),
        command: [...nodeCommand, `services/${program}/main.ts`],
        env: { ...env, HOST: '0.0.0.0', PORT: String(servicePort), DATA_DIR: '/data' },
      })
      return { upstream: this.upstreamOf(name, program), logs: container.logs }
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

  /** What all containers have in common. */
  #common(service: string) {
    return {
      stack: this.#parts.stack,
      service,
      image: this.#parts.images.services,
      user: nobody,
      memoryMiB: 256,
      foldersMiB: { '/data': 64, '/tmp': 16 },
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

  /** Puts the proxy, which is created on the front network, on the inside network too. */
  async #connectInside(containerId: string): Promise<void> {
    const { docker, networks } = this.#parts
    await docker.getNetwork(networks.inside).connect({
      Container: containerId,
      EndpointConfig: {
        Aliases: [proxyName],
        IPAMConfig: { IPv4Address: networks.addressOf(proxyName) },
      },
    })
  }

  /** The fault proxy of this project, or a Toxiproxy image that the user names. */
  async #proxyProgram() {
    const { docker, images } = this.#parts
    const image = process.env.FIREBREAK_TOXIPROXY_IMAGE
    if (image === undefined || image === '') {
      const env = { HOST: '0.0.0.0', PORT: String(apiPort) }
      return { image: images.services, command: ['node', ...proxyNodeFlags, 'harness/proxy/main.ts'], env }
    }
    const refusal = (await imageId(docker, image)) === undefined ? await pullImage(docker, image) : undefined
    if (refusal !== undefined) {
      throw new StackError(
        proxyName,
        `FIREBREAK_TOXIPROXY_IMAGE names ${image}, which cannot be pulled: ${refusal}`,
      )
    }
    return { image, command: ['-host=0.0.0.0'], env: {} }
  }
}

/** Waits until the proxy's API answers here: not so where the engine runs on another machine. */
async function waitForApi(apiUrl: string, logs: () => string[], starts: Starts): Promise<void> {
  const deadline = Date.now() + 5_000
  for (;;) {
    starts.check(proxyName)
    try {
      const response = await fetch(`${apiUrl}/version`)
      await response.arrayBuffer()
      if (response.ok) return
      throw new HarnessError(`it answers ${response.status}`)
    } catch (error) {
      if (Date.now() < deadline) {
        await new Promise(resolve => setTimeout(resolve, 50))
        continue
      }
      const message = `its API does not answer at ${apiUrl}; the engine must run on this machine`
      throw new StackError(proxyName, message, { logs: logs().slice(-20), cause: error })
    }
  }
}
