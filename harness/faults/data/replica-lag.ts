/**
 * A replica is behind (GitHub, 2026-02-17): what was written a moment ago is not there yet for whoever reads from it. A session
 * that was just made is not known, and one that was just revoked is served. What is written waits on its way to the
 * replica, and comes in its order.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { DatabaseControl } from '../../stack/database-control.ts'
import { ReplicationMark } from '../../stack/replication-mark.ts'
import type { Stack } from '../../stack/stack.ts'
import { isReplica, withReplicas } from '../../stack/stack-replica.ts'
import { type Link, linksOf, type Topology } from '../../stack/topology.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { linkHold } from '../network/link-down.ts'
import { injectToxics } from '../network/toxic.ts'
import { servicePattern, serviceProblems, servicesNamed } from '../services.ts'

const kind = 'replica-lag'
/** Within this a replica has what was written, unless something holds it back, ms. */
const usualMsMax = 2_000

export const replicaLag = defineFault({
  kind,
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
  inject: ({ store, lagMs }, stack) => injectLag(store, lagMs, stack),
})

async function injectLag(store: string, lagMs: number, stack: Stack): Promise<Injected> {
  const links = linksFrom(store, stack.links, stack.topology)
  if (links.length === 0) throw new HarnessError(`${kind}: ${store} follows nobody in this stack`)
  const pairs = links.map(link => new Following(link, stack))
  const attributes = { latency: lagMs, jitter: 0 }
  const held = await injectToxics(kind, stack, links, [
    { type: 'latency', stream: 'downstream', toxicity: 1, attributes },
  ])
  await Promise.all(pairs.map(pair => pair.mark()))
  return {
    undo: () => held.undo(),
    async evidence() {
      const seen = await Promise.all(pairs.map(pair => pair.evidence(lagMs)))
      return [...(await held.evidence()), ...seen.flat()]
    },
    remains: async () => (await Promise.all(pairs.map(pair => pair.remains()))).flat(),
  }
}

/** A replica and the database that it follows, as their owner sees them. */
class Following {
  readonly #replica: DatabaseControl
  readonly #primary: DatabaseControl
  readonly #target: string
  #mark: ReplicationMark | undefined

  constructor({ from, to }: Link, { databases }: Pick<Stack, 'databases'>) {
    const [replica, primary] = [databases[from], databases[to]]
    if (!replica || !primary)
      throw new HarnessError(`${kind}: the stack gives its operator no way to ${from} or ${to}`)
    this.#replica = replica
    this.#primary = primary
    this.#target = `${from} -> ${to}`
  }

  /** So that something is on its way even where nobody writes. A database that does not answer is no witness. */
  async mark(): Promise<void> {
    this.#mark = await answered(ReplicationMark.set(this.#primary))
  }

  async evidence(lagMs: number): Promise<Evidence[]> {
    const mark = this.#mark
    const received = mark && (await answered(mark.receivedBy(this.#replica)))
    if (!mark || !received) return []
    const { reached, underWayMs = 0 } = received
    const ageMs = Math.round(mark.ageMs)
    const seen = (observed: string) => [
      { fault: kind, target: this.#target, witness: `database ${this.#replica.name}`, observed },
    ]
    if (!reached) return ageMs < usualMsMax ? [] : seen(`has not received what was written ${ageMs} ms ago`)
    // What it received last was sent after the mark, so with the fault on.
    return underWayMs < lagMs ? [] : seen(`received last what was under way for ${Math.round(underWayMs)} ms`)
  }

  async remains(): Promise<string[]> {
    const mark = await ReplicationMark.set(this.#primary)
    if (await mark.reaches(this.#replica, usualMsMax)) return []
    return [
      `${this.#replica.name} does not have what ${this.#primary.name} wrote ${Math.round(mark.ageMs)} ms ago`,
    ]
  }
}

async function answered<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof HarnessError) return undefined
    throw error
  }
}

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
