/** Starts a stack on a runtime and takes it down: the same steps for every runtime, over its driver. */
import { randomBytes } from 'node:crypto'
import { HarnessError } from '../errors.ts'
import type { Architecture } from './architectures.ts'
import { firstDocuments } from './documents.ts'
import type { DatabaseSecrets, Driver, RuntimeName, Started, StartedProxy } from './driver.ts'
import { startWatchdog } from './guardian.ts'
import { Ledger } from './ledger.ts'
import { ProxyControl } from './proxy-control.ts'
import { createDriver } from './runtimes.ts'
import { sweep } from './sweep.ts'
import { family, harness, internet, type Link, linksOf, type ServiceSpec, type Topology } from './topology.ts'

/** A running stack. */
export interface Stack extends AsyncDisposable {
  readonly id: string
  readonly runtime: RuntimeName
  readonly architecture: Architecture
  readonly topology: Topology
  readonly links: readonly Link[]
  /** Base address of each door and each control link, by the service behind it. */
  readonly doors: Readonly<Record<string, string>>
  readonly control: Readonly<Record<string, string>>
  readonly proxy: ProxyControl
  /** What operators of config and auth show. */
  readonly adminToken: string
  /** From the first step to all services listening, ms. */
  readonly bootMs: number
  /** The last lines of every service. */
  logs(): Record<string, string[]>
  /** Removes everything. Idempotent. */
  stop(): Promise<void>
}

export interface StackOptions {
  runtime: RuntimeName
  architecture: Architecture
  topology?: Topology
  log?: (line: string) => void
}

/** Nothing listens there: what a link leads to before its service is up. */
const nowhere = '127.0.0.1:1'

export async function startStack(options: StackOptions): Promise<Stack> {
  const { runtime, architecture, topology = family, log = () => {} } = options
  const began = performance.now()
  const id = `fb-${randomBytes(4).toString('hex')}`
  const ledger = Ledger.open(id, runtime)
  const endWatch = startWatchdog(ledger)
  let driver: Driver | undefined

  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= takeDown(driver, ledger, endWatch)
    return stopping
  }

  try {
    driver = await createDriver(runtime, { stack: id, ledger, log })
    const booted = await boot(driver, architecture, topology)
    return {
      id,
      runtime,
      architecture,
      topology,
      links: linksOf(topology),
      ...booted,
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
  ledger: Ledger,
  endWatch: () => Promise<void>,
): Promise<void> {
  const errors: unknown[] = []
  await driver?.stop().catch(error => errors.push(error))
  // What the driver knows of is gone; the sweep is for what it was just starting.
  await sweep(ledger).catch(error => errors.push(error))
  // A stack that is not all gone keeps its watchdog: it tries again when this process ends.
  if (errors.length > 0)
    throw new AggregateError(errors, `stack ${ledger.stack} left something behind; firebreak doctor finds it`)
  await endWatch()
}

type Booted = Pick<Stack, 'doors' | 'control' | 'proxy' | 'adminToken' | 'logs'>

async function boot(driver: Driver, architecture: Architecture, topology: Topology): Promise<Booted> {
  const links = linksOf(topology)
  const started = new Map<string, Started | StartedProxy>()
  const adminToken = randomBytes(24).toString('base64url')
  const secrets = Object.fromEntries(
    topology.services.filter(({ program }) => program === 'postgres').map(({ name }) => [name, newSecrets()]),
  )

  // Databases take longest and need nobody; the rest needs the addresses of the links. Nobody waits for anybody: a
  // service that finds what it calls not there yet tries again, as it would have to on any other day.
  const databases = startDatabases(driver, secrets, started)
  databases.catch(() => {}) // Looked at below; until then a failure must not count as unhandled.
  const proxyServer = await driver.startProxy(links)
  started.set('proxy', proxyServer)
  const proxy = new ProxyControl(proxyServer.apiUrl)
  const inside = new Map<string, string>()
  const outside = new Map<string, string>()
  for (const link of links) {
    const program = topology.services.find(({ name }) => name === link.to)?.program
    if (!program) throw new HarnessError(`link ${link.name} leads to no service`)
    const upstream = driver.upstreamOf(link.to, program) ?? nowhere
    const address = await proxy.open(link, proxyServer.listen(link), upstream)
    const isOutside = link.from === internet || link.from === harness
    if (isOutside) outside.set(link.name, `http://${proxyServer.outside(link, address)}`)
    else inside.set(link.name, proxyServer.inside(link, address))
  }

  const connect = async (service: string, { upstream }: Started) => {
    if (driver.upstreamOf(service, 'app') !== undefined) return
    await Promise.all(links.filter(({ to }) => to === service).map(link => proxy.connect(link, upstream)))
  }
  const env = (service: ServiceSpec) => environmentOf(service, { inside, secrets, architecture, adminToken })
  await Promise.all([
    databases.then(all => Promise.all(all.map(([name, database]) => connect(name, database)))),
    ...topology.services.map(async service => {
      if (service.program === 'postgres') return
      const running = await driver.startService(service.name, service.program, env(service))
      started.set(service.name, running)
      await connect(service.name, running)
    }),
  ])

  const addresses = (from: string, names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, outside.get(`${from}-to-${name}`) ?? '']))
  return {
    proxy,
    adminToken,
    doors: addresses(internet, topology.doors),
    control: addresses(harness, topology.control),
    logs: () => Object.fromEntries([...started].map(([name, { logs }]) => [name, logs()])),
  }
}

function startDatabases(
  driver: Driver,
  secrets: Record<string, DatabaseSecrets>,
  started: Map<string, Started | StartedProxy>,
): Promise<[string, Started][]> {
  return Promise.all(
    Object.entries(secrets).map(async ([name, secret]): Promise<[string, Started]> => {
      const database = await driver.startPostgres(name, secret)
      started.set(name, database)
      return [name, database]
    }),
  )
}

interface EnvironmentParts {
  inside: Map<string, string>
  secrets: Record<string, DatabaseSecrets>
  architecture: Architecture
  adminToken: string
}

/** What a service is told: whom it calls and where, which mitigations it has, and its settings. */
function environmentOf(
  service: ServiceSpec,
  { inside, secrets, architecture, adminToken }: EnvironmentParts,
) {
  const address = (to: string) => inside.get(`${service.name}-to-${to}`) ?? ''
  const { database, ...calls } = service.calls
  const secret = database === undefined ? undefined : secrets[database]
  return {
    NAME: service.name,
    LINKS: JSON.stringify(
      Object.fromEntries(Object.entries(calls).map(([as, to]) => [as, `http://${address(to)}`])),
    ),
    MITIGATIONS: architecture.mitigations.join(','),
    ...(service.program === 'auth' || service.program === 'config' ? { ADMIN_TOKEN: adminToken } : {}),
    ...(service.program === 'config' ? { DOCUMENTS: JSON.stringify(firstDocuments) } : {}),
    ...(database !== undefined && secret
      ? {
          DATABASE_URL: `postgres://${secret.user}:${secret.password}@${address(database)}/${secret.database}`,
        }
      : {}),
    ...service.env,
  }
}

function newSecrets(): DatabaseSecrets {
  return { user: 'firebreak', password: randomBytes(18).toString('base64url'), database: 'postgres' }
}
