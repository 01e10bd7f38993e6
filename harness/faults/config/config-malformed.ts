/**
 * A document becomes something that is not of its form: a field of another type, or null where there must be something
 * (the policy rows with blank fields of Google Cloud, 2025-06-12), or text that is no JSON, such as a file cut off in the
 * middle. The wire of the config service carries any JSON value, so that such text goes as a string.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { Topology } from '../../stack/topology.ts'
import { defineFault } from '../fault.ts'
import { documentHold, documentOwner, documentProblems, firstDocument, isObject } from './document.ts'
import { injectPush } from './pushed-document.ts'

const malformationFields = {
  form: z.enum(['wrong-type', 'null-field', 'not-json']),
  /** Which field of the document; for `not-json` there is none. */
  field: z.string().min(1).optional(),
}
interface Malformation {
  form: 'wrong-type' | 'null-field' | 'not-json'
  field?: string | undefined
}

const saysWhere = ({ form, field }: Malformation) => (form === 'not-json') === (field === undefined)
const whereMessage = { message: 'field: name one for "wrong-type" and "null-field", and none for "not-json"' }

export const malformation = z.strictObject(malformationFields).refine(saysWhere, whereMessage)

export const configMalformed = defineFault({
  kind: 'config-malformed',
  layer: 'config',
  summary: "A service's configuration becomes something that is not of its form",
  params: z.strictObject({ service: documentOwner, ...malformationFields }).refine(saysWhere, whereMessage),
  target: ({ service }) => service,
  problems: ({ service, ...given }, topology) => malformationProblems(service, given, topology),
  holds: ({ service }) => [documentHold(service)],
  inject: ({ service, ...given }, stack) =>
    injectPush(
      { kind: 'config-malformed', document: service, body: before => ({ value: malformed(before, given) }) },
      stack,
    ),
})

export function malformationProblems(name: string, { field }: Malformation, topology: Topology): string[] {
  const problems = documentProblems(name, topology)
  const document = firstDocument(name, topology)
  if (problems.length > 0 || field === undefined || !isObject(document)) return problems
  return Object.hasOwn(document, field) ? [] : [noField(name, field, document)]
}

/** What such a document becomes. Throws HarnessError if it has no such field. */
export function malformed(document: unknown, { form, field }: Malformation): unknown {
  if (field === undefined) {
    const text = JSON.stringify(document)
    return text.slice(0, Math.ceil(text.length / 2))
  }
  if (!isObject(document) || !Object.hasOwn(document, field))
    throw new HarnessError(noField('the document', field, isObject(document) ? document : {}))
  return { ...document, [field]: form === 'null-field' ? null : ofAnotherType(document[field]) }
}

function noField(name: string, field: string, document: object): string {
  return `${name} has no field "${field}"; there are: ${Object.keys(document).join(', ')}`
}

/** The mistakes of those who write configuration: a unit with a number, a list of one, a list or table as text. */
function ofAnotherType(value: unknown): unknown {
  if (typeof value === 'number') return `${value} units`
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : JSON.stringify(value)
}
