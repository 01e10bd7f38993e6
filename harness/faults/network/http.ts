/** What the faults have in common that act on requests and answers, one by one. */
import { z } from 'zod'
import { match } from '../../proxy/http/attributes.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Link, Topology } from '../../stack/topology.ts'
import { linksOf } from '../../stack/topology.ts'
import type { Injected } from '../fault.ts'
import { type LinkPattern, linkPattern, linkProblems, linksNamed } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** On which requests such a fault acts: of those that match all of them, a share of them, or every so many. */
export const httpParams = {
  link: linkPattern,
  /**
   * Without it all. `path` may have `*` for one part and `**` at its end for any rest; `caller` is who asks auth, by the
   * user of Basic credentials: a service or a system client.
   */
  match: match.default({}),
  /** Share of the matching requests, 0 to 1, drawn for each. */
  share: z.number().min(0).max(1).default(1),
  /** Instead: every so many of the matching requests of a link; 3 is the third, the sixth, … */
  every: z.number().int().min(1).max(1_000_000).optional(),
  /** At most so many requests of a link. */
  limit: z.number().int().min(1).max(1_000_000_000).optional(),
}

/** Of these two a fault may have one. */
export function shareOrEvery({ share, every }: { share: number; every?: number | undefined }): boolean {
  return every === undefined || share === 1
}

export interface HttpParams {
  link: LinkPattern
  match: z.output<typeof match>
  share: number
  every?: number | undefined
  limit?: number | undefined
}

/** Links that are not there, and those over which nobody speaks HTTP. */
export function httpProblems({ link }: HttpParams, topology: Topology): string[] {
  const problems = linkProblems(link, topology)
  if (problems.length > 0) return problems
  const named = linksNamed(link, linksOf(topology), topology)
  if (named.some(each => isHttp(each, topology))) return []
  return [`"${link}" names only links to a database, and those do not speak HTTP`]
}

/** Puts the toxic on all links that are named, but for those to a database. */
export function injectHttp(
  kind: string,
  stack: Stack,
  params: HttpParams,
  effect: object,
): Promise<Injected> {
  const { link, match, share, every = 0, limit } = params
  const attributes = { match, share, every, ...(limit === undefined ? {} : { limit }), ...effect }
  const toxic = { type: 'http', stream: 'downstream', toxicity: 1, attributes } as const
  return injectToxic(kind, stack, link, toxic, each => isHttp(each, stack.topology))
}

function isHttp(link: Link, topology: Topology): boolean {
  return topology.services.find(({ name }) => name === link.to)?.program !== 'postgres'
}
