/**
 * Which services a stack has, and who calls whom. Data only: a new app is one role file in
 * services/app/roles and one line here.
 *
 *   internet ──> edge-us ──> feed ──> auth ──> sessions      every arrow is a link, and every
 *                   └─────────┴────────┴────> config          link goes through the fault proxy
 *   internet ──> rival ──> rival-auth ──> rival-sessions      (the control group)
 */

export const programs = ['postgres', 'config', 'auth', 'app', 'edge'] as const
export type Program = (typeof programs)[number]

export interface ServiceSpec {
  name: string
  program: Program
  /** Whom it calls: the name that the program knows, and the service that answers to it. */
  calls: Record<string, string>
  /** Plain settings for the program, passed as environment variables. */
  env?: Record<string, string>
}

/** A directed connection. Its name is also its proxy's name. */
export interface Link {
  name: LinkName
  from: string
  to: string
}
export type LinkName = `${string}-to-${string}`

export interface Topology {
  services: ServiceSpec[]
  /** Services that users reach, over links from `internet`. */
  doors: string[]
  /** Services that the harness itself talks to, over links from `harness`. No fault may name these links. */
  control: string[]
}

export const internet = 'internet'
export const harness = 'harness'

/** The family of apps, with the control group beside it. */
export const family: Topology = {
  services: [
    { name: 'sessions', program: 'postgres', calls: {} },
    { name: 'rival-sessions', program: 'postgres', calls: {} },
    { name: 'config', program: 'config', calls: {} },
    { name: 'auth', program: 'auth', calls: { database: 'sessions', config: 'config' } },
    { name: 'rival-auth', program: 'auth', calls: { database: 'rival-sessions' } },
    { name: 'feed', program: 'app', calls: { auth: 'auth', config: 'config' }, env: { ROLE: 'feed' } },
    { name: 'rival', program: 'app', calls: { auth: 'rival-auth' }, env: { ROLE: 'rival' } },
    { name: 'edge-us', program: 'edge', calls: { config: 'config', feed: 'feed' }, env: { REGION: 'us' } },
  ],
  doors: ['edge-us', 'rival'],
  control: ['config', 'auth', 'rival-auth'],
}

function link(from: string, to: string): Link {
  return { name: `${from}-to-${to}`, from, to }
}

/** Every link of a topology, in a fixed order. */
export function linksOf(topology: Topology): Link[] {
  return [
    ...topology.doors.map(to => link(internet, to)),
    ...topology.control.map(to => link(harness, to)),
    ...topology.services.flatMap(service => Object.values(service.calls).map(to => link(service.name, to))),
  ]
}
