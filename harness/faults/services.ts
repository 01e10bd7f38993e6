/**
 * How a scenario names services: as in links, an instance (`auth-2`), a role (`auth`: all its instances, of the first
 * cell where there are cells), or a role of one cell or region (`auth@eu`, `edge@eu`), or of every one (`auth@*`).
 */
import { z } from 'zod'
import type { Topology } from '../stack/topology.ts'
import { isNamed } from './links.ts'

export const servicePattern = z
  .string()
  .regex(
    /^[a-z0-9-]+(@(\*|[a-z0-9-]+))?$/,
    'write a service as an instance, a role, role@cell or role@*; not *, since not everything breaks at once',
  )

/** The instances that a pattern names, in the order of the topology. */
export function servicesNamed(pattern: string, topology: Pick<Topology, 'services' | 'cells'>): string[] {
  return topology.services
    .filter(service => isNamed(pattern, service.name, service, topology.cells))
    .map(({ name }) => name)
}

/** What is wrong with a pattern in a topology. */
export function serviceProblems(pattern: string, topology: Pick<Topology, 'services' | 'cells'>): string[] {
  if (servicesNamed(pattern, topology).length > 0) return []
  const roles = [...new Set(topology.services.map(({ role }) => role))]
  const cells = topology.cells.length === 0 ? '' : ` (cells: ${topology.cells.join(', ')})`
  return [`no service "${pattern}"${cells}; there are: ${roles.join(', ')}`]
}
