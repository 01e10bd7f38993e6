/**
 * A service and everybody else no longer hear each other: connections hang, nobody is refused. On containers it really
 * leaves its network. On processes, and between two sides only, the fault proxy swallows what crosses the links between
 * them, both ways: connections can be opened still, but nothing comes over them.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { Stack } from '../../stack/stack.ts'
import { internet, type Link, linksOf, type Topology } from '../../stack/topology.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { servicePattern, serviceProblems, servicesNamed } from '../services.ts'
import { linkHold } from './link-down.ts'
import { everywhere, injectToxics, type Toxic } from './toxic.ts'

const kind = 'partition'

const params = z
  .strictObject({
    /** Cut off from everybody. */
    service: servicePattern.optional(),
    /** Instead: two sides that do not hear each other; others hear both. Always imitated. */
    between: z.tuple([servicePattern, servicePattern]).optional(),
  })
  .refine(
    ({ service, between }) => (service === undefined) !== (between === undefined),
    'give service or between, one of them',
  )
type Partition = z.output<typeof params>

export const partition = defineFault({
  kind,
  layer: 'network',
  summary: 'A service is cut off from everybody, or two from each other: nothing is heard',
  params,
  runtimes: { containers: 'real', processes: 'imitated', simulation: 'imitated' },
  target: ({ service, between }) => service ?? between?.join(' | ') ?? '',
  problems: (given, topology) => {
    const problems = [given.service, given.between]
      .flat()
      .flatMap(each => (each === undefined ? [] : serviceProblems(each, topology)))
    if (problems.length > 0 || linksCut(given, linksOf(topology), topology).length > 0) return problems
    return [
      `no link ${given.between ? `between ${given.between.join(' and ')}` : `to or from ${given.service}`}`,
    ]
  },
  holds: (given, topology) => {
    const alone = given.service === undefined ? [] : servicesNamed(given.service, topology)
    const links = linksCut(given, linksOf(topology), topology)
    return [...alone.map(name => `instance:${name}`), ...links.map(linkHold)]
  },
  inject: async (given, stack) => {
    const real = given.service === undefined ? undefined : await leaveNetwork(given.service, stack)
    return real ?? imitate(given, stack)
  },
})

/** The links that such a partition cuts, but for the harness's own. */
function linksCut({ service, between }: Partition, links: readonly Link[], topology: Topology): Link[] {
  const others = new Set([internet, ...topology.services.map(({ name }) => name)])
  const [one, other] = between
    ? between.map(side => new Set<string>(servicesNamed(side, topology)))
    : [new Set<string>(service === undefined ? [] : servicesNamed(service, topology)), others]
  if (!one || !other) return []
  return links.filter(({ from, to }) => (one.has(from) && other.has(to)) || (other.has(from) && one.has(to)))
}

/** Undefined where the runtime cannot do that. Of several that cannot all leave, those that have rejoin. */
async function leaveNetwork(service: string, stack: Stack): Promise<Injected | undefined> {
  const names = servicesNamed(service, stack.topology)
  const rejoin = () => everywhere(names, name => stack.services.rejoin(name))
  const left = await Promise.allSettled(names.map(name => stack.services.isolate(name)))
  if (left.every(result => result.status === 'fulfilled' && !result.value)) return undefined
  const failed = left.find(result => result.status === 'rejected')
  if (failed) {
    await rejoin().catch(() => {})
    throw failed.reason
  }
  const networks = () => Promise.all(names.map(async name => ({ name, has: await networksOf(stack, name) })))
  return {
    undo: rejoin,
    evidence: async () =>
      (await networks())
        .filter(({ has }) => has.length === 0)
        .map(
          ({ name }): Evidence => ({
            fault: kind,
            target: name,
            witness: 'engine',
            observed: 'on no network',
          }),
        ),
    remains: async () =>
      (await networks()).filter(({ has }) => has.length === 0).map(({ name }) => `${name} is on no network`),
  }
}

/** The networks that a container is on, by the engine's word. */
async function networksOf({ id }: Pick<Stack, 'id'>, name: string): Promise<string[]> {
  const { openEngine } = await import('../../stack/containers/engine.ts')
  const seen = await (await openEngine()).getContainer(`firebreak-${id}-${name}`).inspect()
  return Object.keys(seen.NetworkSettings.Networks)
}

async function imitate(given: Partition, stack: Stack): Promise<Injected> {
  const links = linksCut(given, stack.links, stack.topology)
  if (links.length === 0) throw new HarnessError(`${kind}: no link to cut in this stack`)
  const silence = (stream: Toxic['stream']): Toxic => ({
    type: 'timeout',
    stream,
    toxicity: 1,
    attributes: { timeout: 0 },
  })
  return injectToxics(kind, stack, links, [silence('upstream'), silence('downstream')])
}
