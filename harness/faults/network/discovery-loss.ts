/**
 * Service discovery is lost. `endpoints`: the registry says that nobody answers for a service any more, though all of it
 * is well (Spotify, 2022-03-08); whoever believes that has nobody left to ask, and only who keeps the endpoints that it
 * had goes on. It is published at once for everybody, as a registry does: no rollout stands before it. `watch`: the
 * registry itself is not heard any more, which nobody feels who keeps what they were told last.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { firstDocuments } from '../../stack/documents.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Topology } from '../../stack/topology.ts'
import { documentHold, isObject } from '../config/document.ts'
import { injectPush } from '../config/pushed-document.ts'
import { defineFault, type Injected } from '../fault.ts'
import { type LinkPattern, linkPattern, linkProblems, linksNamed } from '../links.ts'
import { injectToxic } from './toxic.ts'

const kind = 'discovery-loss'
const document = 'discovery'

const params = z
  .strictObject({
    form: z.enum(['endpoints', 'watch']).default('endpoints'),
    /** `endpoints`: whose. `auth`: of the first cell where there are cells; `auth@eu`, `auth@*`. Default: `auth`. */
    service: z
      .string()
      .regex(/^[a-z0-9-]+(@(\*|[a-z0-9-]+))?$/, 'write a service, service@cell or service@*')
      .optional(),
    /** `endpoints`: whether the list becomes empty, or is not there any more. Default: `empty`. */
    as: z.enum(['empty', 'missing']).optional(),
    /** `watch`: on which links. Default: `* -> config`. */
    link: linkPattern.optional(),
  })
  .refine(({ form, service, as, link }) => {
    return form === 'endpoints' ? link === undefined : service === undefined && as === undefined
  }, 'service and as belong to the form "endpoints", link to "watch"')
type DiscoveryLoss = z.output<typeof params>

const linkOf = ({ link = '* -> config' }: DiscoveryLoss): LinkPattern => link

export const discoveryLoss = defineFault({
  kind,
  layer: 'network',
  summary: 'Service discovery loses the endpoints of a service, or is not heard any more',
  params,
  connections: 'cut',
  target: given => (given.form === 'watch' ? linkOf(given) : `discovery of ${given.service ?? 'auth'}`),
  problems: (given, topology) =>
    given.form === 'watch'
      ? linkProblems(linkOf(given), topology)
      : targetProblems(given, firstDocuments(topology)[document], topology),
  holds: ({ form }) => (form === 'endpoints' ? [documentHold(document)] : []),
  inject: (given, stack) => injectDiscoveryLoss(given, stack),
})

function injectDiscoveryLoss(given: DiscoveryLoss, stack: Stack): Promise<Injected> {
  if (given.form === 'watch') return injectSilence(linkOf(given), stack)
  const body = (before: unknown) => ({
    value: withoutEndpoints(before, given, stack.topology),
    emergency: true as const,
  })
  return injectPush({ kind, document, body }, stack)
}

/** Nobody's question gets through. The watches that stand are cut, since each would wait for seconds yet. */
async function injectSilence(link: LinkPattern, stack: Stack): Promise<Injected> {
  const toxic = { type: 'timeout', stream: 'upstream', toxicity: 1, attributes: { timeout: 0 } } as const
  const injected = await injectToxic(kind, stack, link, toxic)
  const links = linksNamed(link, stack.links, stack.topology)
  // Where the proxy cannot cut them, they end by themselves.
  await Promise.all(links.map(({ name }) => stack.proxy.endConnections(name, 'cut').catch(() => 0)))
  return injected
}

/** What the document becomes. Throws HarnessError if it has no such target. */
export function withoutEndpoints(
  before: unknown,
  given: Pick<DiscoveryLoss, 'service' | 'as'>,
  topology: Pick<Topology, 'cells'>,
): unknown {
  const [problem] = targetProblems(given, before, topology)
  if (problem !== undefined) throw new HarnessError(problem)
  const lost = targetsOf(given, topology)
  const services = Object.entries(servicesIn(before)).flatMap(([name, endpoints]) => {
    if (!lost.includes(name)) return [[name, endpoints] as const]
    return given.as === 'missing' ? [] : [[name, []] as const]
  })
  return { ...(isObject(before) ? before : {}), services: Object.fromEntries(services) }
}

function targetProblems(
  given: Pick<DiscoveryLoss, 'service'>,
  before: unknown,
  topology: Pick<Topology, 'cells'>,
): string[] {
  const known = Object.keys(servicesIn(before))
  const missing = targetsOf(given, topology).filter(name => !known.includes(name))
  return missing.map(name => `discovery knows no "${name}"; there are: ${known.join(', ')}`)
}

/** The names that discovery has for a service: `auth`, or where there are cells, `auth@us` and so on. */
function targetsOf({ service = 'auth' }: Pick<DiscoveryLoss, 'service'>, { cells }: Pick<Topology, 'cells'>) {
  const [word = '', place] = service.split('@')
  if (cells.length === 0) return [word]
  return (place === '*' ? cells : [place ?? cells[0]]).map(cell => `${word}@${cell}`)
}

function servicesIn(value: unknown): Record<string, unknown> {
  return isObject(value) && isObject(value.services) ? value.services : {}
}
