/** How a scenario names links: `feed -> auth`, or `* -> auth` for every link to auth. */
import { z } from 'zod'
import { harness, type Link, linksOf, type Topology } from '../stack/topology.ts'

export type LinkPattern = `${string} -> ${string}`

export const linkPattern = z
  .string()
  .regex(/^(\*|[a-z0-9-]+) -> (\*|[a-z0-9-]+)$/, 'write a link as "from -> to", with * for any service')
  .transform(text => text as LinkPattern)

/** The links that a pattern names. The harness's own are never among them. */
export function linksNamed(pattern: LinkPattern, links: readonly Link[]): Link[] {
  const [from, to] = pattern.split(' -> ')
  const fits = (wanted: string | undefined, name: string) => wanted === '*' || wanted === name
  return links.filter(link => link.from !== harness && fits(from, link.from) && fits(to, link.to))
}

/** What is wrong with a pattern in a topology. */
export function linkProblems(pattern: LinkPattern, topology: Topology): string[] {
  const links = linksOf(topology)
  if (linksNamed(pattern, links).length > 0) return []
  const known = links.filter(({ from }) => from !== harness).map(({ from, to }) => `${from} -> ${to}`)
  return [`no link "${pattern}"; there are: ${known.join(', ')}`]
}
