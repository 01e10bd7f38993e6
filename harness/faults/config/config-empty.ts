/**
 * A document becomes empty, as when its generator finds nothing (Google, 2014-01-24 and 2021-11-16). `document`: there
 * is no field left, and a service that takes it lives on its defaults. `entries`: every list and table in it has lost its
 * entries, which no default makes up for; a table of lists keeps its names, each with an empty list: every target of
 * `discovery`, without endpoints.
 */
import { z } from 'zod'
import type { Topology } from '../../stack/topology.ts'
import { defineFault } from '../fault.ts'
import { documentHold, documentOwner, documentProblems, firstDocument, isObject } from './document.ts'
import { injectPush } from './pushed-document.ts'

/** Default: `entries` for `discovery`, else `document`. */
const form = z.enum(['document', 'entries']).optional()
interface Emptiness {
  form?: 'document' | 'entries' | undefined
}
export const emptiness = z.strictObject({ form })

export const configEmpty = defineFault({
  kind: 'config-empty',
  layer: 'config',
  summary: "A service's configuration becomes empty",
  params: z.strictObject({ service: documentOwner, form }),
  target: ({ service }) => service,
  problems: ({ service, ...given }, topology) => emptinessProblems(service, given, topology),
  holds: ({ service }) => [documentHold(service)],
  inject: ({ service, ...given }, stack) =>
    injectPush(
      {
        kind: 'config-empty',
        document: service,
        body: before => ({ value: emptied(service, before, given) }),
      },
      stack,
    ),
})

export function emptinessProblems(name: string, given: Emptiness, topology: Topology): string[] {
  const problems = documentProblems(name, topology)
  const document = firstDocument(name, topology)
  if (problems.length > 0 || formOf(name, given) === 'document' || !isObject(document)) return problems
  const hasEntries = Object.values(document).some(value => typeof value === 'object' && value !== null)
  return hasEntries ? [] : [`${name} has no list or table that could be empty; choose the form "document"`]
}

/** What such a document becomes. */
export function emptied(name: string, document: unknown, given: Emptiness): unknown {
  if (formOf(name, given) === 'document' || !isObject(document)) return {}
  return Object.fromEntries(Object.entries(document).map(([field, value]) => [field, withoutEntries(value)]))
}

function formOf(name: string, { form }: Emptiness): 'document' | 'entries' {
  return form ?? (name === 'discovery' ? 'entries' : 'document')
}

function withoutEntries(value: unknown): unknown {
  if (Array.isArray(value)) return []
  if (!isObject(value)) return value
  const isTableOfLists = Object.values(value).every(Array.isArray)
  return isTableOfLists ? Object.fromEntries(Object.keys(value).map(name => [name, []])) : {}
}
