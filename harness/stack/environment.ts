/** What each service of a stack is told through its environment, and the secrets among it. */
import { randomBytes } from 'node:crypto'
import { ownApps } from './apps.ts'
import type { Architecture } from './architectures.ts'
import { deployedDiscovery, firstDocuments } from './documents.ts'
import type { DatabaseSecrets } from './driver.ts'
import { partsEnvironment } from './stack-parts.ts'
import { isReplica } from './stack-replica.ts'
import { isSecured, type StackTls } from './stack-tls.ts'
import type { ServiceSpec, Topology } from './topology.ts'

/** All secrets of a stack, made for it alone. They are in the environment of who needs them, and in no log. */
export interface StackSecrets {
  /** What operators show. */
  adminToken: string
  /** By database. */
  databases: Readonly<Record<string, DatabaseSecrets>>
  /** What an app shows to its auth, by app. */
  clients: Readonly<Record<string, string>>
  /** What an app seals with what it hands out itself, by app: 32 bytes in base64url. */
  apps: Readonly<Record<string, string>>
}

export function newSecrets(topology: Topology): StackSecrets {
  const secretsFor = <T>(program: ServiceSpec['program'], make: () => T): Record<string, T> =>
    Object.fromEntries(
      topology.services.filter(service => service.program === program).map(({ name }) => [name, make()]),
    )
  return {
    adminToken: secret(24),
    databases: secretsFor('postgres', () => ({
      user: 'firebreak',
      password: secret(18),
      database: 'postgres',
    })),
    clients: secretsFor('app', () => secret(24)),
    apps: secretsFor('app', () => secret(32)),
  }
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

export interface EnvironmentParts {
  topology: Topology
  architecture: Architecture
  secrets: StackSecrets
  /** `host:port` at which a service reaches the link to another. */
  addressOf(from: string, to: string): string
  /** With the feature `tls`. */
  tls?: StackTls | undefined
  /** What it was started with beyond what every stack has. */
  features?: ReadonlySet<string>
}

/** What a service is told: who it is, whom it calls and where, which mitigations it has, and its secrets. */
export function environmentOf(service: ServiceSpec, parts: EnvironmentParts): Record<string, string> {
  const { topology, architecture, addressOf, tls } = parts
  const { name, role, region, cell } = service
  const isDatabase = (wanted: string) =>
    topology.services.some(each => each.name === wanted && each.program === 'postgres')
  const links = service.calls
    .filter(to => !isDatabase(to))
    .map(to => [to, `${tls && isSecured(topology, to) ? 'https' : 'http'}://${addressOf(name, to)}`] as const)
  return {
    NAME: name,
    ROLE: role,
    ...(region === undefined ? {} : { REGION: region }),
    ...(cell === undefined ? {} : { CELL: cell }),
    MITIGATIONS: architecture.mitigations.join(','),
    LINKS: JSON.stringify(Object.fromEntries(links)),
    ...ownEnvironment(service, parts),
  }
}

/** What depends on the program. */
function ownEnvironment(service: ServiceSpec, parts: EnvironmentParts): Record<string, string> {
  const { topology, secrets, tls } = parts
  const { name } = service
  switch (service.program) {
    case 'postgres':
    case 'cache':
      return {}
    case 'config':
      return { ADMIN_TOKEN: secrets.adminToken, DOCUMENTS: JSON.stringify(firstDocuments(topology)) }
    case 'auth':
      return {
        ADMIN_TOKEN: secrets.adminToken,
        CLIENTS: JSON.stringify(clientsOf(name, parts)),
        ...databaseOf(service, parts),
        ...certificateOf(name, tls),
        ...(service.role === 'auth' ? partsEnvironment(parts.features ?? new Set()) : {}),
      }
    case 'app':
      return {
        CLIENT_SECRET: secrets.clients[name] ?? '',
        APP_SECRET: secrets.apps[name] ?? '',
        ...definitionOf(name),
        ...discoveryOf(service, topology),
        ...(tls ? { TLS_CA: tls.ca } : {}),
      }
    case 'edge':
      return discoveryOf(service, topology)
    case 'status':
      return { ADMIN_TOKEN: secrets.adminToken, ...ownProducts() }
    case 'audit':
      return { ADMIN_TOKEN: secrets.adminToken }
  }
}

/** What an app of users' own is like, which the program does not know. */
function definitionOf(name: string): Record<string, string> {
  const found = ownApps().find(each => each.name === name)
  if (!found) return {}
  const { users: _, ...definition } = found
  return { DEFINITION: JSON.stringify(definition) }
}

/** What the status page is about besides. */
function ownProducts(): Record<string, string> {
  const products = ownApps().map(({ name: app, title, surfaces }) => ({ app, title, surfaces }))
  return products.length === 0 ? {} : { OWN_PRODUCTS: JSON.stringify(products) }
}

function certificateOf(name: string, tls: StackTls | undefined): Record<string, string> {
  if (!tls) return {}
  const { certificate, key } = tls.issue(name)
  return { TLS_CERT: certificate, TLS_KEY: key }
}

function discoveryOf(service: ServiceSpec, topology: Topology): { DISCOVERY: string } {
  return { DISCOVERY: JSON.stringify(deployedDiscovery(topology, service)) }
}

/** The apps that call an auth, by the name they give there: their role. */
function clientsOf(auth: string, { topology, secrets }: EnvironmentParts): Record<string, string> {
  const callers = topology.services.filter(({ program, calls }) => program === 'app' && calls.includes(auth))
  return Object.fromEntries(callers.map(({ name, role }) => [role, secrets.clients[name] ?? '']))
}

function databaseOf(service: ServiceSpec, { secrets, addressOf }: EnvironmentParts): Record<string, string> {
  const urlOf = (database: string | undefined) => {
    const shown = database === undefined ? undefined : secrets.databases[database]
    if (database === undefined || shown === undefined) return undefined
    return `postgres://${shown.user}:${shown.password}@${addressOf(service.name, database)}/${shown.database}`
  }
  const databases = service.calls.filter(to => secrets.databases[to] !== undefined)
  const [own, replica] = [false, true].map(wanted => urlOf(databases.find(to => isReplica(to) === wanted)))
  return {
    ...(own === undefined ? {} : { DATABASE_URL: own }),
    ...(replica === undefined ? {} : { REPLICA_URL: replica }),
  }
}
