/**
 * How a scenario names links: `from -> to`, where each end is one of
 *
 *   auth-2         an instance
 *   auth           a role: all its instances, of the first cell where there are cells, since a part breaks and not all
 *                  its copies at once. `auth-2`, too, is the second instance of the first cell there.
 *   auth@eu        the same of one cell (or edge@eu: of a region); where there are no cells, the one that all share
 *   auth@*         of every cell
 *   *              anything
 *
 * so that one scenario fits every architecture.
 */
import { z } from 'zod'
import { harness, type Link, linksOf, type ServiceSpec, type Topology } from '../stack/topology.ts'

export type LinkPattern = `${string} -> ${string}`

export const linkPattern = z
  .string()
  .regex(
    /^(\*|[a-z0-9-]+(@(\*|[a-z0-9-]+))?) -> (\*|[a-z0-9-]+(@(\*|[a-z0-9-]+))?)$/,
    'write a link as "from -> to", each an instance, a role, role@cell, role@* or *',
  )
  .transform(text => text as LinkPattern)

/** The links that a pattern names, of those of a topology. The harness's own are never among them. */
export function linksNamed(
  pattern: LinkPattern,
  links: readonly Link[],
  topology: Pick<Topology, 'services' | 'cells'>,
): Link[] {
  const [from = '', to = ''] = pattern.split(' -> ')
  const services = new Map(topology.services.map(service => [service.name, service]))
  const fits = (wanted: string, name: string) => isNamed(wanted, name, services.get(name), topology.cells)
  return links.filter(link => link.from !== harness && fits(from, link.from) && fits(to, link.to))
}

/** What is wrong with a pattern in a topology. */
export function linkProblems(pattern: LinkPattern, topology: Topology): string[] {
  const links = linksOf(topology)
  if (linksNamed(pattern, links, topology).length > 0) return []
  const roles = new Map(topology.services.map(({ name, role }) => [name, role]))
  const word = (name: string) => roles.get(name) ?? name
  const known = links
    .filter(({ from }) => from !== harness)
    .map(({ from, to }) => `${word(from)} -> ${word(to)}`)
  const cells = topology.cells.length === 0 ? '' : ` (cells: ${topology.cells.join(', ')})`
  return [`no link "${pattern}"${cells}; there are: ${[...new Set(known)].join(', ')}`]
}

/** Whether a word of a pattern names a service. */
export function isNamed(
  wanted: string,
  name: string,
  service: ServiceSpec | undefined,
  cells: readonly string[],
): boolean {
  if (wanted === '*' || wanted === name) return true
  if (!service) return false
  const [word, place] = wanted.split('@')
  const nameInCell = service.cell === undefined ? name : name.replace(`-${service.cell}`, '')
  if (word !== service.role && word !== name && word !== nameInCell) return false
  if (place === '*') return true
  // What stands in a region but belongs to no cell, such as an edge, is named by its region only where one is asked for.
  if (service.cell === undefined) return place === undefined || place === (service.region ?? place)
  return service.cell === (place ?? cells[0])
}
