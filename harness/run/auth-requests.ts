import type { Stack } from '../stack/stack.ts'
import { harness } from '../stack/topology.ts'

/**
 * Requests that have crossed the links to the family's auth so far, whichever instance and cell, by the fault proxy's
 * count. The harness's own do not count, and neither does the auth of the control group.
 */
export async function requestsAtAuth({
  links,
  proxy,
  topology,
}: Pick<Stack, 'links' | 'proxy' | 'topology'>): Promise<number> {
  const counters = await proxy.evidence()
  const auths = new Set(topology.services.filter(({ role }) => role === 'auth').map(({ name }) => name))
  return links
    .filter(({ from, to }) => auths.has(to) && from !== harness)
    .reduce((sum, link) => sum + (counters[link.name]?.upstreamRequests ?? 0), 0)
}
