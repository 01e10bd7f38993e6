/**
 * Service discovery: which instances answer for a service, and at which addresses.
 *
 * `keep-last-endpoints`: a list that has become missing, empty or unusable (no instance that this process has a link
 * to) keeps the last one that was not, since nobody takes a whole service away on purpose. Fewer instances than before
 * are believed: one of several may well have been withdrawn. Without it a list is taken as it comes.
 */
import { z } from 'zod'
import type { Log } from './log.ts'
import type { Mitigations } from './mitigations.ts'

/** The configuration document `discovery`. An empty list is well-formed: whether to believe it is not the schema's to say. */
export const discoverySchema = z.object({
  /** Names of the cells, none where everybody shares one auth. */
  cells: z.array(z.string().min(1)).default([]),
  /** Service (`auth`, with cells `auth@us`) -> names of the instances that answer for it. */
  services: z.record(z.string(), z.array(z.string().min(1))).default({}),
})
export type DiscoveryDocument = z.output<typeof discoverySchema>

export interface Directory {
  /** Base addresses of a service's instances, in the document's order; none if nobody is known to answer for it. */
  endpointsOf(service: string): readonly string[]
  /** Names of the cells; none where everybody shares one auth. */
  cells(): readonly string[]
}

export interface DirectoryWorld {
  document: () => DiscoveryDocument
  /** Base address of each instance that this process has a link to. */
  links: Record<string, string>
  mitigations: Mitigations
  log: Log
}

interface View {
  endpoints: ReadonlyMap<string, readonly string[]>
  cells: readonly string[]
}

export function createDirectory({ document, links, mitigations, log }: DirectoryWorld): Directory {
  const keeps = mitigations.has('keep-last-endpoints')
  let seen: DiscoveryDocument | undefined
  let view: View = { endpoints: new Map(), cells: [] }

  function current(): View {
    const latest = document()
    if (latest !== seen) {
      const told = read(latest, links)
      view = keeps ? keep(view, told, log) : told
      seen = latest
    }
    return view
  }

  // What the service was deployed with is the first that can be kept.
  current()
  return {
    endpointsOf: service => current().endpoints.get(service) ?? [],
    cells: () => current().cells,
  }
}

/** Never throws: without `config-validation` a document can be any JSON object. */
function read(document: DiscoveryDocument, links: Record<string, string>): View {
  const addressOf = (instance: string) => (Object.hasOwn(links, instance) ? links[instance] : undefined)
  const endpoints = new Map<string, readonly string[]>()
  for (const [service, instances] of Object.entries(document.services ?? {})) {
    endpoints.set(
      service,
      namesIn(instances).flatMap(instance => addressOf(instance) ?? []),
    )
  }
  return { endpoints, cells: namesIn(document.cells) }
}

function namesIn(list: unknown): string[] {
  if (!Array.isArray(list)) return []
  return [...new Set(list.filter((name): name is string => typeof name === 'string'))]
}

function keep(last: View, told: View, log: Log): View {
  const endpoints = new Map(told.endpoints)
  for (const [service, kept] of last.endpoints) {
    if (kept.length === 0 || (endpoints.get(service) ?? []).length > 0) continue
    endpoints.set(service, kept)
    log('endpoints-kept', { of: service, endpoints: kept.length })
  }
  return { endpoints, cells: told.cells.length > 0 ? told.cells : last.cells }
}
