/** Starts a stack on a runtime and takes it down: the same steps for every runtime, over its driver. */
import { randomBytes } from 'node:crypto'
import type { CrowdOptions } from '../crowd/crowd.ts'
import type { RunningCrowd } from '../crowd/crowd-process.ts'
import { HarnessError } from '../errors.ts'
import type { Need } from '../faults/fault.ts'
import type { RunningLoad } from '../load/load-process.ts'
import type { Architecture } from './architectures.ts'
import type { DatabaseClient } from './database-client.ts'
import type { DatabaseControl } from './database-control.ts'
import type { Driver, RealRuntime, RuntimeName, Started } from './driver.ts'
import { type EnvironmentParts, environmentOf, newSecrets, type StackSecrets } from './environment.ts'
import { startWatchdog } from './guardian.ts'
import { Ledger } from './ledger.ts'
import { ProxyControl, type ProxyHand } from './proxy-control.ts'
import { createDriver } from './runtimes.ts'
import type { ServiceControl } from './service-control.ts'
import { stackDoors } from './stack-doors.ts'
import { withParts } from './stack-parts.ts'
import { startReplication, withReplicas } from './stack-replica.ts'
import { StackServices } from './stack-services.ts'
import { isSecured, StackTls, withEveryAuthControlled } from './stack-tls.ts'
import { StartRecords } from './start-records.ts'
import { sweep } from './sweep.ts'
import {
  harness,
  internet,
  type Link,
  linksOf,
  type ServiceSpec,
  type Topology,
  topologyOf,
} from './topology.ts'

/** A running stack. */
export interface Stack extends AsyncDisposable {
  readonly id: string
  readonly runtime: RuntimeName
  readonly architecture: Architecture
  readonly topology: Topology
  readonly links: readonly Link[]
  /** Base address of each door and each control link, by the service behind it. */
  readonly doors: Readonly<Record<string, string>>
  /** Where who sends much comes in, for the doors where that is elsewhere; never for a browser. */
  readonly directDoors?: Readonly<Record<string, string>>
  readonly control: Readonly<Record<string, string>>
  readonly proxy: ProxyHand
  /** What can be done to its services. */
  readonly services: ServiceControl
  /** Another fault proxy in the place of the one that runs: the same links, no toxics, new connections. */
  replaceProxy?(): Promise<void>
  /** What it has beyond what every stack has. */
  readonly features: ReadonlySet<Need>
  /** With the feature `tls`: who makes its certificates. */
  readonly tls?: StackTls | undefined
  /** The harness as the owner of each database, over links of its own, which no fault may touch. By name. */
  readonly databases: Readonly<Record<string, DatabaseControl>>
  /** What operators of config and auth show. */
  readonly adminToken: string
  /** What each app shows to its auth, by app. */
  readonly clientSecrets: Readonly<Record<string, string>>
  /** From the first step to all services listening, ms. */
  readonly bootMs: number
  /** How long the start of each service, and of the proxy, took until it listened, ms. They overlap. */
  readonly serviceBootMs: Readonly<Record<string, number>>
  /** What makes a crowd, and a load, where these are no processes of their own. */
  crowd?(options: CrowdOptions): RunningCrowd
  load?(): RunningLoad
  logs(): Record<string, string[]>
  /** Removes everything. Idempotent. */
  stop(): Promise<void>
}

export interface StackOptions {
  runtime: RealRuntime
  architecture: Architecture
  /** Default: the architecture's. */
  topology?: Topology
  log?: (line: string) => void
  /** Gives up the start, and removes what was started by then. */
  signal?: AbortSignal
  /** What it shall have beyond what every stack has. Rejects with HarnessError where that cannot be had. */
  features?: readonly Need[]
}

/** Nothing listens there: what a link leads to before its service is up. */
const nowhere = '127.0.0.1:1'

export async function startStack(options: StackOptions): Promise<Stack> {
  const { runtime, architecture, log = () => {}, signal } = options
  const features = new Set(options.features)
  const tls = features.has('tls') ? new StackTls() : undefined
  const plain = withParts(options.topology ?? topologyOf(architecture), features)
  const followed = features.has('replica') ? withReplicas(plain) : plain
  const topology = tls ? withEveryAuthControlled(followed) : followed
  const began = performance.now()
  const id = `fb-${randomBytes(4).toString('hex')}`
  const ledger = Ledger.open(id, runtime)
  const endWatch = startWatchdog(ledger)
  let driver: Driver | undefined
  const clients: DatabaseClient[] = []

  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= takeDown(driver, clients, ledger, endWatch)
    return stopping
  }

  try {
    driver = await createDriver(runtime, { stack: id, ledger, log })
    signal?.throwIfAborted()
    // Its failure is the start's, which waits for it below.
    const giveUp = () => void stop().catch(() => {})
    signal?.addEventListener('abort', giveUp, { once: true })
    const booted = await boot(driver, { architecture, topology, tls, features })
    clients.push(...Object.values(booted.databases))
    signal?.throwIfAborted()
    // Who has the stack ends it from here on, in the order that it wants.
    signal?.removeEventListener('abort', giveUp)
    return {
      id,
      runtime,
      architecture,
      topology,
      links: linksOf(topology),
      ...booted,
      replaceProxy: () => booted.services.replaceProxy(),
      features,
      tls,
      bootMs: performance.now() - began,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop().catch(second => {
      throw new AggregateError(
        [error, second],
        'the stack did not start, and what it left could not be removed',
      )
    })
    throw error
  }
}

async function takeDown(
  driver: Driver | undefined,
  clients: readonly DatabaseClient[],
  ledger: Ledger,
  endWatch: () => Promise<void>,
): Promise<void> {
  const errors: unknown[] = []
  await Promise.all(clients.map(client => client[Symbol.asyncDispose]()))
  await driver?.stop().catch(error => errors.push(error))
  // What the driver knows of is gone; the sweep is for what it was just starting.
  await sweep(ledger).catch(error => errors.push(error))
  // A stack that is not all gone keeps its watchdog: it tries again when this process ends.
  if (errors.length > 0)
    throw new AggregateError(errors, `stack ${ledger.stack} left something behind; firebreak doctor finds it`)
  await endWatch()
}

interface Booted
  extends Pick<
    Stack,
    'doors' | 'directDoors' | 'control' | 'adminToken' | 'clientSecrets' | 'logs' | 'serviceBootMs'
  > {
  proxy: ProxyControl
  services: StackServices
  databases: Record<string, DatabaseClient>
}

type Plan = Pick<Stack, 'architecture' | 'topology' | 'tls' | 'features'>

async function boot(driver: Driver, { architecture, topology, tls, features }: Plan): Promise<Booted> {
  const links = linksOf(topology)
  const secrets = newSecrets(topology)
  const records = new StartRecords()

  // Nobody waits for anybody except for addresses: a service that finds what it calls not there yet tries again, as it
  // would have to on any other day. Databases take longest and need nobody, so they go first.
  const databases = topology.services
    .filter(({ program }) => program === 'postgres')
    .map(service => ({ service, start: startDatabase(driver, service, secrets, records) }))
  const opening = openLinks(driver, { topology, tls }, links, records)
  // Looked at below; until then a failure must not count as unhandled.
  for (const start of [opening, ...databases.map(each => each.start)]) start.catch(() => {})

  // Who must wait for the proxy waits for the databases too: beside all others these would take many times as long, and
  // auth waits for them.
  const readyFirst = () => Promise.all([opening, ...databases.map(each => each.start)])
  const inside = driver.plannedAddresses(links) ?? (await readyFirst())[0].inside
  const parts: EnvironmentParts = {
    topology,
    architecture,
    secrets,
    addressOf: (from, to) => inside.get(`${from}-to-${to}`) ?? '',
    tls,
    features,
  }
  const upstreams = await startServices(driver, parts, { opening, databases, links, records })
  const { proxy, outside, direct } = await opening
  const doors = stackDoors(topology, { outside, direct }, secrets)
  await startReplication({
    topology,
    databases: doors.databases,
    secrets: secrets.databases,
    addressOf: parts.addressOf,
  })
  return {
    ...doors,
    proxy,
    services: new StackServices({ topology, links, driver, proxy, upstreams }),
    adminToken: secrets.adminToken,
    clientSecrets: secrets.clients,
    serviceBootMs: records.tookMs,
    logs: () => records.logs(),
  }
}

interface Underway {
  opening: ReturnType<typeof openLinks>
  databases: readonly { service: ServiceSpec; start: Promise<Started> }[]
  links: readonly Link[]
  records: StartRecords
}

/** Starts the others, and points the links at each as it comes up; gives where each is found, by name. */
async function startServices(
  driver: Driver,
  parts: EnvironmentParts,
  { opening, databases, links, records }: Underway,
): Promise<Map<string, string>> {
  const upstreams = new Map<string, string>()
  const connect = async (service: ServiceSpec, { upstream }: Started) => {
    upstreams.set(service.name, upstream)
    if (driver.upstreamOf(service.name, service.program) !== undefined) return
    const { proxy } = await opening
    await Promise.all(
      links.filter(({ to }) => to === service.name).map(link => proxy.connect(link, upstream)),
    )
  }
  await Promise.all([
    opening,
    ...databases.map(async ({ service, start }) => connect(service, await start)),
    ...parts.topology.services.map(async service => {
      if (service.program === 'postgres') return
      const start = driver.startService(service.name, service.program, environmentOf(service, parts))
      await connect(service, await records.keep(service.name, start))
    }),
  ])
  return upstreams
}

function startDatabase(
  driver: Driver,
  { name }: ServiceSpec,
  secrets: StackSecrets,
  records: StartRecords,
): Promise<Started> {
  const secret = secrets.databases[name]
  if (!secret) throw new HarnessError(`database ${name} has no secrets`)
  return records.keep(name, driver.startPostgres(name, secret))
}

/** The fault proxy with all links, and where each link is reached: by the services, and by everybody else. */
async function openLinks(
  driver: Driver,
  { topology, tls }: Pick<Stack, 'topology' | 'tls'>,
  links: readonly Link[],
  records: StartRecords,
) {
  const server = await records.keep('proxy', driver.startProxy(links))
  const proxy = new ProxyControl(server.apiUrl)
  const listening = await proxy.open(
    links.map(link => ({ link, listen: server.listen(link), upstream: upstreamOf(driver, topology, link) })),
  )
  const inside = new Map<string, string>()
  const outside = new Map<string, string>()
  const direct = new Map<string, string>()
  for (const link of links) {
    const address = listening.get(link.name) ?? ''
    const scheme = tls && isSecured(topology, link.to) ? 'https' : 'http'
    if (link.from === internet || link.from === harness) {
      outside.set(link.name, `${scheme}://${server.outside(link, address)}`)
      if (server.direct) direct.set(link.name, `${scheme}://${server.direct(link)}`)
    } else inside.set(link.name, server.inside(link, address))
  }
  return { proxy, inside, outside, direct }
}

function upstreamOf(driver: Driver, topology: Topology, link: Link): string {
  const program = topology.services.find(({ name }) => name === link.to)?.program
  if (!program) throw new HarnessError(`link ${link.name} leads to no service`)
  return driver.upstreamOf(link.to, program) ?? nowhere
}
