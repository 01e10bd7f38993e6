/**
 * A replica is behind (GitHub, 2026-02-17): what was written a moment ago is not there yet for whoever reads from it. A session
 * that was just made is not known, and one that was just revoked is served. What is written waits on its way to the
 * replica, and comes in its order.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { isReplica, withReplicas } from '../../stack/stack-replica.ts'
import { type Link, linksOf, type Topology } from '../../stack/topology.ts'
import { defineFault } from '../fault.ts'
import { linkHold } from '../network/link-down.ts'
import { injectToxics } from '../network/toxic.ts'
import { servicePattern, serviceProblems, servicesNamed } from '../services.ts'

export const replicaLag = defineFault({
  kind: 'replica-lag',
  layer: 'data',
  summary: 'A replica, from which auth reads sessions, is behind',
  params: z.strictObject({
    /** A replica: `sessions-replica` (of the first cell), `sessions-replica@eu`. */
    store: servicePattern.default('sessions-replica'),
    /** By how much, ms. */
    lagMs: z.number().int().min(100).max(60_000),
  }),
  needs: ['replica'],
  target: ({ store }) => store,
  // A scenario is checked against topologies as they are without features.
  problems: ({ store }, topology) => replicaProblems(store, withReplicas(topology)),
  holds: ({ store }, topology) => {
    const followed = withReplicas(topology)
    return linksFrom(store, linksOf(followed), followed).map(linkHold)
  },
  inject({ store, lagMs }, stack) {
    const links = linksFrom(store, stack.links, stack.topology)
    if (links.length === 0) throw new HarnessError(`replica-lag: ${store} follows nobody in this stack`)
    const attributes = { latency: lagMs, jitter: 0 }
    return injectToxics('replica-lag', stack, links, [
      { type: 'latency', stream: 'downstream', toxicity: 1, attributes },
    ])
  },
})

function replicaProblems(store: string, topology: Topology): string[] {
  const problems = serviceProblems(store, topology)
  if (problems.length > 0) return problems
  const replicas = topology.services.filter(({ name }) => isReplica(name)).map(({ name }) => name)
  return servicesNamed(store, topology)
    .filter(name => !replicas.includes(name))
    .map(name => `${name} is no replica; there are: ${replicas.join(', ')}`)
}

function linksFrom(store: string, links: readonly Link[], topology: Topology): Link[] {
  const names = servicesNamed(store, topology)
  return links.filter(({ from }) => names.includes(from))
}
