/**
 * The address of a service is withdrawn, as when the routes to a data centre are no longer announced (Facebook,
 * 2021-10-04): the service itself is well, and reaches others, but nobody finds a way to it. Callers are told at once,
 * where a partition leaves them hanging. Imitated: the links to it are down, so callers see "refused" and not
 * "unreachable".
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { internet, type Link, linksOf, type Topology } from '../../stack/topology.ts'
import { defineFault } from '../fault.ts'
import { servicePattern, serviceProblems, servicesNamed } from '../services.ts'
import { linkHold, takeLinksDown } from './link-down.ts'

export const routeWithdrawal = defineFault({
  kind: 'route-withdrawal',
  layer: 'network',
  summary: 'The address of a service is withdrawn: callers find no way to it, and know it at once',
  params: z.strictObject({
    /** Such as `edge@eu`, `auth`, or `auth-2`. */
    service: servicePattern,
    /** `internet`: only for users; `all`: for everybody. */
    from: z.enum(['all', 'internet']).default('all'),
  }),
  connections: 'cut',
  runtimes: { containers: 'imitated', processes: 'imitated', simulation: 'imitated' },
  target: ({ service }) => service,
  problems: (given, topology) => {
    const problems = serviceProblems(given.service, topology)
    if (problems.length > 0 || linksTo(given, linksOf(topology), topology).length > 0) return problems
    return [`no link leads to ${given.service}${given.from === 'internet' ? ' from the internet' : ''}`]
  },
  holds: (given, topology) => linksTo(given, linksOf(topology), topology).map(linkHold),
  inject: async (given, stack) => {
    const links = linksTo(given, stack.links, stack.topology)
    if (links.length === 0)
      throw new HarnessError(`route-withdrawal: no link to ${given.service} in this stack`)
    return takeLinksDown({ kind: 'route-withdrawal', links, established: 'reset' }, stack)
  },
})

function linksTo(
  { service, from }: { service: string; from: 'all' | 'internet' },
  links: readonly Link[],
  topology: Topology,
): Link[] {
  const names = servicesNamed(service, topology)
  const callers = topology.services.map(({ name }) => name)
  return links.filter(
    link =>
      names.includes(link.to) && (link.from === internet || (from === 'all' && callers.includes(link.from))),
  )
}
