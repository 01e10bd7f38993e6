/**
 * What the services of a topology are configured with at first: every document of the config service, and whom each
 * service is deployed to find. Times are those of the miniature: seconds stand for hours.
 */
import type { ServiceSpec, Topology } from './topology.ts'

const issuer = 'https://auth.firebreak.test'
const audience = 'firebreak-apps'
const dayS = 24 * 3_600

/** Who serves what: a service's name, in a cell as `name@cell`, and the names of its instances. */
export interface Discovery {
  cells: readonly string[]
  services: Record<string, string[]>
}

/** The first version of each document, by its name. */
export function firstDocuments(topology: Topology): Record<string, unknown> {
  const apps = topology.services
    .filter(({ program, calls }) => program === 'app' && calls.includes('config'))
    .map(({ name }) => name)
  const app = {
    issuer,
    audience,
    checkTimeoutMs: 800,
    signInTimeoutMs: 1_000,
    graceMs: 60_000,
    deviceCheckMs: 60_000,
    keyMaxAgeMs: 10_000,
    staleKeyMaxS: dayS,
  }
  return {
    auth: {
      issuer,
      audience,
      scopes: ['messages:read', 'messages:write'],
      sessionTtlS: 3_600,
      deviceTtlS: 30 * dayS,
      accessTokenTtlS: 20,
      refreshTokenTtlS: 3_600,
      refreshGraceS: 10,
      apiTokenTtlS: 30 * dayS,
      keyLeadS: 12,
      clientSecretsExpireAtS: 0,
      sessionCache: 'session-cache',
    },
    ...Object.fromEntries(apps.map(name => [name, app])),
    edge: {
      routes: Object.fromEntries(apps.map(name => [name, name])),
      timeoutMs: 5_000,
      places: 256,
    },
    discovery: familyDiscovery(topology),
  }
}

/** What the config service says of the family's auths. */
function familyDiscovery(topology: Topology): Discovery {
  const auths = topology.services.filter(({ role }) => role === 'auth')
  return { cells: topology.cells, services: grouped(auths) }
}

/** What a service was deployed with: the auths that it calls, or, where it calls none, those of the family. */
export function deployedDiscovery(topology: Topology, service: ServiceSpec): Discovery {
  const auths = topology.services.filter(
    ({ name, program }) => program === 'auth' && service.calls.includes(name),
  )
  if (auths.length === 0) return familyDiscovery(topology)
  return {
    cells: auths.some(({ cell }) => cell !== undefined) ? topology.cells : [],
    services: grouped(auths),
  }
}

/** An app knows its auth as `auth`, whatever the role of the one that it was given. */
function grouped(auths: readonly ServiceSpec[]): Record<string, string[]> {
  const services: Record<string, string[]> = {}
  for (const { name, cell } of auths) {
    const key = cell === undefined ? 'auth' : `auth@${cell}`
    services[key] = [...(services[key] ?? []), name]
  }
  return services
}
