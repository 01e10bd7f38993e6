/**
 * Which services a stack has, and who calls whom. Data only: which apps there are is said in apps.ts.
 *
 *   internet ──> edge-us ──> feed ──> auth-1 ──> sessions     every arrow is a link, and every
 *                   └─────────┴────────┴────> config          link goes through the fault proxy
 *   internet ──> rival ──> rival-auth ──> rival-sessions      (the control group)
 *   internet ──> status ──> edge-us                           (looks on from outside)
 */

import { everyApp, familyApps, ownApps } from './apps.ts'

export const programs = ['postgres', 'config', 'auth', 'app', 'edge', 'status', 'cache', 'audit'] as const
export type Program = (typeof programs)[number]

export interface ServiceSpec {
  /** Name of the instance: `auth-1`. */
  name: string
  /** What it is an instance of, and the name of its configuration document: `auth`. */
  role: string
  program: Program
  /** Where it stands: edges, and with cells everything that belongs to one. */
  region?: string
  /** The cell that it belongs to. */
  cell?: string
  /** The instances that it calls. */
  calls: readonly string[]
}

/** A directed connection. Its name is also its proxy's name. */
export interface Link {
  name: LinkName
  from: string
  to: string
}
export type LinkName = `${string}-to-${string}`

export interface Topology {
  services: readonly ServiceSpec[]
  /** Services that users reach, over links from `internet`. */
  doors: readonly string[]
  /** Services that the harness itself talks to, over links from `harness`. No fault may name these links. */
  control: readonly string[]
  /** The cells, in the order in which changes reach them; none in a family that shares one auth. */
  cells: readonly string[]
}

export const internet = 'internet'
export const harness = 'harness'

export const regions = ['us', 'eu', 'asia', 'me'] as const
export type Region = (typeof regions)[number]

/** The app with an auth of its own: the control group. */
const rivalServices: readonly ServiceSpec[] = [
  { name: 'rival-sessions', role: 'rival-sessions', program: 'postgres', calls: [] },
  { name: 'rival-auth', role: 'rival-auth', program: 'auth', calls: ['rival-sessions'] },
  { name: 'rival', role: 'rival', program: 'app', calls: ['rival-auth'] },
]

/** One auth of two replicas and its database; with a cell, that cell's. */
function authPair(cell?: Region): ServiceSpec[] {
  const suffix = cell === undefined ? '' : `-${cell}`
  const place = cell === undefined ? {} : { cell, region: cell }
  const sessions = `sessions${suffix}`
  return [
    { name: sessions, role: 'sessions', program: 'postgres', ...place, calls: [] },
    ...[1, 2].map(
      (replica): ServiceSpec => ({
        name: `auth${suffix}-${replica}`,
        role: 'auth',
        program: 'auth',
        ...place,
        calls: [sessions, 'config'],
      }),
    ),
  ]
}

function familyOf(cells: readonly Region[], apps: readonly string[]): Topology {
  const pairs = cells.length === 0 ? authPair() : cells.flatMap(authPair)
  const auths = pairs.filter(({ role }) => role === 'auth').map(({ name }) => name)
  const edges = regions.map(region => `edge-${region}`)
  return {
    services: [
      ...pairs,
      { name: 'config', role: 'config', program: 'config', calls: [] },
      ...apps.map(
        (app): ServiceSpec => ({ name: app, role: app, program: 'app', calls: [...auths, 'config'] }),
      ),
      ...regions.map(
        (region): ServiceSpec => ({
          name: `edge-${region}`,
          role: 'edge',
          program: 'edge',
          region,
          calls: [...apps, 'config'],
        }),
      ),
      { name: 'status', role: 'status', program: 'status', calls: edges },
      ...rivalServices,
    ],
    doors: [...edges, 'rival', 'status'],
    control: [
      'config',
      ...auths.filter(name => name.endsWith('-1')),
      'rival-auth',
      ...[...pairs, ...rivalServices].filter(({ program }) => program === 'postgres').map(({ name }) => name),
    ],
    cells,
  }
}

/** The family of apps around one shared auth, with the control group beside it. */
export const family = familyOf([], familyApps)

/** The same family with an auth and a database for each region. */
export const cellularFamily = familyOf(regions, familyApps)

let known = { apps: ownApps(), family, cellularFamily }

/** The topology of an architecture, with the apps that users have added. */
export function topologyOf(architecture: { mitigations: readonly string[] }): Topology {
  const apps = ownApps()
  if (known.apps !== apps)
    known = { apps, family: familyOf([], everyApp), cellularFamily: familyOf(regions, everyApp) }
  return architecture.mitigations.includes('cells') ? known.cellularFamily : known.family
}

function link(from: string, to: string): Link {
  return { name: `${from}-to-${to}`, from, to }
}

/** Every link of a topology, in a fixed order. */
export function linksOf(topology: Topology): Link[] {
  return [
    ...topology.doors.map(to => link(internet, to)),
    ...topology.control.map(to => link(harness, to)),
    ...topology.services.flatMap(service => service.calls.map(to => link(service.name, to))),
  ]
}

/** The auth that answers to the operator for users of an app in a region, by the name of its control link. */
export function operatorAuthOf(topology: Topology, app: string, region: string): string {
  if (app === 'rival') return 'rival-auth'
  return topology.cells.length === 0 ? 'auth-1' : `auth-${region}-1`
}
