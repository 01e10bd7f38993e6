/**
 * Starts single containers through testcontainers, locked down: no privileges, no writable image, no way out.
 * What testcontainers adds for the general case is left out where it costs time: no port is published or checked on
 * inside services, and one log stream serves both to wait for readiness and to keep the last lines.
 */
import type { Container, ContainerCreateOptions, HostConfig } from 'dockerode'
import type { GenericContainer, WaitStrategy } from 'testcontainers'
import { messageOf, StackError } from '../../errors.ts'
import type { DatabaseSecrets } from '../driver.ts'
import { labelsOf } from '../ledger.ts'
import { engineMessage } from './engine.ts'
import { LogTail } from './log-tail.ts'

/** Which service a container runs, beside the stack that it belongs to. */
const serviceLabel = 'firebreak.service'

export interface ContainerSpec {
  stack: string
  service: string
  image: string
  command: readonly string[]
  env: Readonly<Record<string, string>>
  user: string
  memoryMiB: number
  /** Folders in memory, writable for all, with their size. They are empty again after a restart. */
  foldersMiB: Readonly<Record<string, number>>
  /** Folders that stay when the container goes, as volumes of the stack; with the volumes' names. */
  volumes?: Readonly<Record<string, string>>
  /** The network that it is created on. */
  network: string
  /** Its fixed address there, if it has one. */
  address?: string
  /** Names that it knows, with their addresses. */
  hosts: Readonly<Record<string, string>>
  /** Container ports to publish on 127.0.0.1, and where; `undefined` lets the engine choose. */
  published?: ReadonlyMap<number, number | undefined>
  /** Runs between its creation and its start. */
  onCreated?: (containerId: string) => Promise<void>
  /** A line that says that it is ready. */
  ready: RegExp
  startMsMax: number
  /** Gives up the start, after what the engine is doing for it and before it is asked for more. */
  signal: AbortSignal
}

export interface RunningContainer {
  /** The port on 127.0.0.1 at which a published port is reached. */
  publishedPort(containerPort: number): number
  logs(): string[]
}

/** A start under way. Nobody has to wait for either; both reject with a StackError holding its last lines. */
export interface StartingContainer {
  logs(): string[]
  /** Resolves once its program runs. */
  running: Promise<void>
  ready: Promise<RunningContainer>
}

/** How a container is on a network. */
export function endpointOf(service: string, address: string | undefined) {
  return {
    Aliases: [service],
    ...(address === undefined ? {} : { IPAMConfig: { IPv4Address: address } }),
  }
}

/** Sets what testcontainers has no method for. */
function confine(createOptions: ContainerCreateOptions, host: HostConfig, spec: ContainerSpec): void {
  const { network, address, service } = spec
  createOptions.Hostname = service
  createOptions.NetworkingConfig = {
    EndpointsConfig: {
      [network]: endpointOf(service, address),
    },
  }
  host.ReadonlyRootfs = true
  host.Memory = spec.memoryMiB * 2 ** 20
  host.MemorySwap = host.Memory
  host.LogConfig = { Type: 'json-file', Config: { 'max-size': '8m', 'max-file': '1' } }
  // One hop reaches every neighbour and this machine; the first router drops the packet and says so.
  host.Sysctls = { 'net.ipv4.ip_default_ttl': '1' }
  // Names that are in no hosts file are asked of nobody.
  host.Dns = ['127.0.0.1']
  host.DnsOptions = ['timeout:1', 'attempts:1']
  host.PortBindings = Object.fromEntries(
    [...(spec.published ?? [])].map(([port, at]) => [
      `${port}/tcp`,
      [{ HostIp: '127.0.0.1', HostPort: String(at ?? '') }],
    ]),
  )
  host.Binds = Object.entries(spec.volumes ?? {}).map(([folder, volume]) => `${volume}:${folder}`)
}

/**
 * Waits on the log that is followed anyway, and keeps what went wrong instead of failing: testcontainers would remove
 * the container at once, while the engine starts others on the same network.
 */
class LogWait implements WaitStrategy {
  readonly #tail: LogTail
  readonly #spec: ContainerSpec
  readonly #running: () => void
  /** Why the container is not ready; undefined if it is. */
  problem: string | undefined

  /** `running` is called when there is something to wait for. */
  constructor(tail: LogTail, spec: ContainerSpec, running: () => void) {
    this.#tail = tail
    this.#spec = spec
    this.#running = running
  }

  async waitUntilReady(container: Container): Promise<void> {
    this.#running()
    const { startMsMax, signal } = this.#spec
    const readiness = await this.#tail.readiness(startMsMax, signal)
    if (readiness === 'late') this.problem = `did not say that it is ready within ${startMsMax} ms`
    if (readiness === 'given up') this.problem = messageOf(signal.reason)
    if (readiness === 'ended') this.problem = await howItEnded(container)
  }

  withStartupTimeout(): this {
    return this
  }

  isStartupTimeoutSet(): boolean {
    return true
  }

  getStartupTimeout(): number {
    return this.#spec.startMsMax
  }
}

async function howItEnded(container: Container): Promise<string> {
  const { State } = await container.inspect()
  const how = State.OOMKilled ? ', out of memory' : ''
  return `ended with exit code ${State.ExitCode}${how} before it was ready`
}

export interface ContainerStarter {
  /** Starts a container of a stack; with secrets, one of a database. */
  begin(spec: ContainerSpec, secrets?: DatabaseSecrets): StartingContainer
}

/** Loads testcontainers, which takes a while, and gives what starts containers with it. */
export async function loadContainerStarter(): Promise<ContainerStarter> {
  // Its own helper container, Ryuk, removes leftovers only while the engine runs it, and its image must be pulled.
  // Here the stack's watchdog and ledger do that, on every runtime alike.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers')
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
  // It looks for the engine once, and every container that is started before it has found one looks again.
  await getContainerRuntimeClient()

  class StackContainer extends GenericContainer {
    readonly #spec: ContainerSpec

    constructor(spec: ContainerSpec) {
      super(spec.image)
      this.#spec = spec
      if (spec.published !== undefined) this.withExposedPorts(...spec.published.keys())
    }

    protected override async beforeContainerCreated(): Promise<void> {
      this.#spec.signal.throwIfAborted()
      confine(this.createOpts, this.hostConfig, this.#spec)
    }

    protected override async containerCreated(containerId: string): Promise<void> {
      this.#spec.signal.throwIfAborted()
      await this.#spec.onCreated?.(containerId)
      this.#spec.signal.throwIfAborted()
    }
  }

  class DatabaseContainer extends PostgreSqlContainer {
    readonly #spec: ContainerSpec

    constructor(spec: ContainerSpec, { user, password, database }: DatabaseSecrets) {
      super(spec.image)
      this.#spec = spec
      this.withUsername(user).withPassword(password).withDatabase(database)
      // The log tells; a program that asks four times a second would only take time from the stack.
      this.withHealthCheck({ test: ['NONE'] as never })
    }

    protected override async beforeContainerCreated(): Promise<void> {
      this.#spec.signal.throwIfAborted()
      confine(this.createOpts, this.hostConfig, this.#spec)
    }

    protected override async containerCreated(): Promise<void> {
      this.#spec.signal.throwIfAborted()
    }
  }

  return {
    begin: (spec, secrets) =>
      begin(spec, secrets ? new DatabaseContainer(spec, secrets) : new StackContainer(spec)),
  }
}

function begin(spec: ContainerSpec, container: GenericContainer): StartingContainer {
  const tail = new LogTail(spec.ready)
  const running = Promise.withResolvers<void>()
  const ready = run(spec, container, tail, running.resolve)
  ready.then(() => running.resolve(), running.reject)
  running.promise.catch(() => {})
  return { logs: () => tail.lines(), running: running.promise, ready }
}

async function run(
  spec: ContainerSpec,
  container: GenericContainer,
  tail: LogTail,
  running: () => void,
): Promise<RunningContainer> {
  const wait = new LogWait(tail, spec, running)
  const failure = (message: string, cause?: unknown) =>
    new StackError(spec.service, message, { logs: tail.lines().slice(-20), cause })
  container
    .withName(`firebreak-${spec.stack}-${spec.service}`)
    .withLabels({ ...labelsOf(spec.stack), [serviceLabel]: spec.service })
    .withCommand([...spec.command])
    .withEnvironment({ ...spec.env })
    .withUser(spec.user)
    .withDroppedCapabilities('ALL')
    .withSecurityOpt('no-new-privileges:true')
    .withTmpFs(tmpfsOf(spec.foldersMiB))
    .withNetworkMode(spec.network)
    .withExtraHosts(Object.entries(spec.hosts).map(([host, ipAddress]) => ({ host, ipAddress })))
    .withPullPolicy({ shouldPull: () => 'never' })
    .withLogConsumer(stream => tail.follow(stream))
    .withWaitStrategy(wait)
  const started = await container.start().catch((error: unknown) => {
    throw failure(engineMessage(error), error)
  })
  if (wait.problem !== undefined) throw failure(wait.problem)
  return { publishedPort: port => started.getMappedPort(port), logs: () => tail.lines() }
}

function tmpfsOf(foldersMiB: ContainerSpec['foldersMiB']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(foldersMiB).map(([folder, sizeMiB]) => [
      folder,
      `rw,nosuid,nodev,mode=1777,size=${sizeMiB}m`,
    ]),
  )
}
