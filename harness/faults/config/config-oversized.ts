/**
 * A document grows beyond what anybody expected: its lists and tables have `factor` times the rows (Cloudflare,
 * 2025-11-18: a change of permissions made a query find each row twice), or it becomes so many `bytes` long. More than
 * a MiB is refused by the config service itself, which is evidence too; more than 8 MiB is not even tried.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { Topology } from '../../stack/topology.ts'
import { defineFault } from '../fault.ts'
import { documentHold, documentOwner, documentProblems, firstDocument, isObject } from './document.ts'
import { injectPush } from './pushed-document.ts'

const bytesMax = 8 * 1024 * 1024
const rowBytes = 100

const growthFields = {
  /** How many times the rows. Default, without `bytes`: 2. */
  factor: z.number().int().min(2).max(1_000).optional(),
  /** How long it becomes as JSON, at least: rows that nobody needs are added. */
  bytes: z.number().int().min(1).max(bytesMax).optional(),
}
interface Growth {
  factor?: number | undefined
  bytes?: number | undefined
}
const isOne = ({ factor, bytes }: Growth) => factor === undefined || bytes === undefined
const oneMessage = { message: 'factor, bytes: give one of the two' }

export const growth = z.strictObject(growthFields).refine(isOne, oneMessage)

export const configOversized = defineFault({
  kind: 'config-oversized',
  layer: 'config',
  summary: "A service's configuration grows beyond all limits",
  params: z.strictObject({ service: documentOwner, ...growthFields }).refine(isOne, oneMessage),
  target: ({ service }) => service,
  problems: ({ service, ...given }, topology) => growthProblems(service, given, topology),
  holds: ({ service }) => [documentHold(service)],
  inject: ({ service, ...given }, stack) =>
    injectPush(
      { kind: 'config-oversized', document: service, body: before => ({ value: grown(before, given) }) },
      stack,
    ),
})

export function growthProblems(name: string, { bytes }: Growth, topology: Topology): string[] {
  const problems = documentProblems(name, topology)
  const document = firstDocument(name, topology)
  if (problems.length > 0 || bytes !== undefined || !isObject(document)) return problems
  const hasRows = Object.values(document).some(value => typeof value === 'object' && value !== null)
  return hasRows ? [] : [`${name} has no list or table that could have more rows; give bytes instead`]
}

/** What such a document becomes. Throws HarnessError if that would be more than 8 MiB. */
export function grown(document: unknown, { factor = 2, bytes }: Growth): Record<string, unknown> {
  const fields = isObject(document) ? document : {}
  if (bytes !== undefined) return { ...fields, generatedRows: rowsOf(bytes - lengthOf(fields)) }
  const length = lengthOf(fields) * factor
  if (length > bytesMax)
    throw new HarnessError(
      `the document times ${factor} would be ${length} bytes long, more than ${bytesMax}`,
    )
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, times(factor, value)]))
}

/** Rows appear again: in a list as they are, in a table under a name of their own. */
function times(factor: number, value: unknown): unknown {
  const copies = Array.from({ length: factor }, (_, index) => index + 1)
  if (Array.isArray(value)) return copies.flatMap(() => value)
  if (!isObject(value)) return value
  const rows = Object.entries(value)
  return Object.fromEntries(
    copies.flatMap(copy => rows.map(([name, row]) => [copy === 1 ? name : `${name}-${copy}`, row])),
  )
}

function rowsOf(bytes: number): string[] {
  return Array.from({ length: Math.ceil(Math.max(bytes, 0) / rowBytes) }, () => 'x'.repeat(rowBytes))
}

function lengthOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
