/**
 * Parts that a stack can have besides: each costs something, and most scenarios can do without.
 *
 * `session-cache`: the sessions are in a cache beside the store, as the record of who is signed in; a spare one stands by,
 * empty. `lookaside-cache`: the same caches, in front of the store. `cached-settings`: which kinds of credential count is a
 * setting in the store, cached there too. `audit`: auth reports what it did to a sink. With cells each has its own.
 */
import type { ServiceSpec, Topology } from './topology.ts'

export const parts = ['session-cache', 'lookaside-cache', 'cached-settings', 'audit'] as const
export type Part = (typeof parts)[number]

const caching: readonly Part[] = ['session-cache', 'lookaside-cache', 'cached-settings']

/** With the services that the parts consist of, called by the family's auths; one that has them is left as it is. */
export function withParts(topology: Topology, wanted: Iterable<string>): Topology {
  const asked = new Set(wanted)
  const roles = [
    ...(caching.some(part => asked.has(part)) ? (['session-cache', 'session-cache-spare'] as const) : []),
    ...(asked.has('audit') ? (['audit'] as const) : []),
  ].filter(role => !topology.services.some(service => service.role === role))
  if (roles.length === 0) return topology
  const homes = topology.cells.length === 0 ? [undefined] : topology.cells
  const added = homes.flatMap(cell => roles.map(role => partOf(role, cell)))
  const callsOf = (service: ServiceSpec) =>
    service.role === 'auth'
      ? [...service.calls, ...added.filter(({ cell }) => cell === service.cell).map(({ name }) => name)]
      : service.calls
  return {
    ...topology,
    services: [...topology.services.map(service => ({ ...service, calls: callsOf(service) })), ...added],
    // Whoever shortens a session in the store has to tell the caches, too.
    control: [
      ...topology.control,
      ...added.filter(({ program }) => program === 'cache').map(({ name }) => name),
    ],
  }
}

function partOf(role: string, cell: string | undefined): ServiceSpec {
  return {
    name: cell === undefined ? role : `${role}-${cell}`,
    role,
    program: role === 'audit' ? 'audit' : 'cache',
    ...(cell === undefined ? {} : { cell, region: cell }),
    calls: [],
  }
}

/** What an auth of a stack with these parts is told. */
export function partsEnvironment(wanted: ReadonlySet<string>): Record<string, string> {
  const kind = wanted.has('session-cache')
    ? 'record'
    : wanted.has('lookaside-cache')
      ? 'look-aside'
      : undefined
  return {
    ...(kind === undefined ? {} : { CACHE: kind }),
    ...(wanted.has('cached-settings') ? { SETTINGS: 'cached' } : {}),
  }
}
