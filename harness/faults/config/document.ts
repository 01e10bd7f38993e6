/** Which documents a fault can be aimed at, and what they hold at first. */
import { z } from 'zod'
import { firstDocuments } from '../../stack/documents.ts'
import type { Topology } from '../../stack/topology.ts'

/** Whose configuration: a role, such as `auth`, whose instances share it, or `discovery`, which all callers share. */
export const documentOwner = z.string().min(1)

export const documentHold = (name: string) => `document:${name}`

export function documentProblems(name: string, topology: Topology): string[] {
  const clients = topology.services.filter(({ calls }) => calls.includes('config'))
  const documents = [...new Set([...clients.map(({ role }) => role), 'discovery'])]
  if (documents.includes(name)) return []
  return [`no service "${name}" with a configuration; there are: ${documents.join(', ')}`]
}

/** What a document holds in a stack that has just started; undefined if there is no such document. */
export function firstDocument(name: string, topology: Topology): unknown {
  return firstDocuments(topology)[name]
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
