/** The bodies of API requests. */
import { z } from 'zod'
import { ApiError } from './answers.ts'
import { anyObject, bool, cannotUnmarshal, float32, jsonField, struct, text } from './fields.ts'
import { type Json, JsonError, type JsonObject, readJson } from './go-json.ts'
import type { LeaseRequest } from './leases.ts'
import { type Ending, endings } from './proxy.ts'
import type { AttributeValues, ToxicType } from './stage.ts'

const holderCharactersMax = 100
const leaseMsMin = 100
const leaseMsMax = 3_600_000
const holderError = `must be a text of 1 to ${holderCharactersMax} characters`
const msError = `must be a whole number of milliseconds from ${leaseMsMin} to ${leaseMsMax}`

const leaseField = jsonField<LeaseRequest | undefined>(
  z.strictObject({
    holder: z.string(holderError).min(1, holderError).max(holderCharactersMax, holderError),
    ms: z.int(msError).min(leaseMsMin, msError).max(leaseMsMax, msError),
  }),
  undefined,
)

function endingField(path: string) {
  const error = `must be ${endings.map(ending => `"${ending}"`).join(' or ')}`
  return jsonField<Ending | undefined>(z.enum(endings, error), undefined).schema(path)
}

function proxyFields(owner: string) {
  return {
    name: text(`${owner}.name`),
    listen: text(`${owner}.listen`),
    upstream: text(`${owner}.upstream`),
    enabled: bool(`${owner}.enabled`),
  }
}

const populateEntry = 'struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }'

export const proxyBody = struct(proxyFields('Proxy'), 'value of type toxiproxy.Proxy')

export const proxyChangeBody = struct(
  { ...proxyFields('Proxy'), established: endingField('established'), lease: leaseField.schema('lease') },
  'value of type toxiproxy.Proxy',
)

export const connectionsBody = struct({ action: endingField('action') }, 'value of an object with an action')

export const populateBody = z
  .array(struct(proxyFields(''), `value of type ${populateEntry}`), {
    error: issue => cannotUnmarshal(issue.input, `value of type []${populateEntry}`),
  })
  .nullable()

export const newToxicBody = struct(
  {
    name: text('ToxicWrapper.name'),
    type: text('ToxicWrapper.type'),
    stream: text('ToxicWrapper.stream'),
    toxicity: float32('ToxicWrapper.toxicity'),
    attributes: anyObject('ToxicWrapper.attributes', 'toxics.NoopToxic'),
    lease: leaseField.schema('lease'),
  },
  'value of type toxics.ToxicWrapper',
)

const attributesTarget =
  'struct { Attributes interface {} "json:\\"attributes\\""; Toxicity float32 "json:\\"toxicity\\"" }'

export function toxicUpdateBody(type: ToxicType) {
  return struct(
    {
      toxicity: float32('.toxicity'),
      attributes: anyObject('.attributes', `toxics.${type.goName}`),
      lease: leaseField.schema('lease'),
    },
    `value of type ${attributesTarget}`,
  )
}

/** Reads a request's body. Throws ApiError 400 with Go's text. */
export function parseBody<T>(schema: z.ZodType<T>, body: string): T {
  let json: Json
  try {
    json = readJson(body)
  } catch (error) {
    if (error instanceof JsonError) throw new ApiError(400, `bad request body: ${error.message}`)
    throw error
  }
  return check(schema, json)
}

function check<T>(schema: z.ZodType<T>, json: Json): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new ApiError(400, `bad request body: ${parsed.error.issues[0]?.message}`)
}

/** The attributes of a toxic: those given, the others as in `current`. All or nothing. Throws ApiError 400. */
export function parseAttributes(
  type: ToxicType,
  given: JsonObject | undefined,
  current: AttributeValues,
): AttributeValues {
  const shape = Object.fromEntries(
    Object.entries(type.attributes).map(([name, field]) => [
      name,
      field.schema(`${type.goName}.attributes.${name}`),
    ]),
  )
  const names = Object.keys(shape)
  const unknown = type.strict ? [...(given?.keys() ?? [])].find(name => !names.includes(name)) : undefined
  if (unknown !== undefined) {
    const known = `it has ${names.join(', ')}`
    throw new ApiError(400, `bad request body: a ${type.type} toxic has no attribute "${unknown}"; ${known}`)
  }
  const read = check(struct(shape, `struct field .attributes of type toxics.${type.goName}`), given ?? null)
  const attributes = { ...current, ...read }
  const problem = type.check?.(attributes)
  if (problem !== undefined) throw new ApiError(400, `invalid attributes of a ${type.type} toxic: ${problem}`)
  return attributes
}

/** A toxic's attributes before any is given. */
export function initialAttributes(type: ToxicType): AttributeValues {
  return Object.fromEntries(Object.entries(type.attributes).map(([name, field]) => [name, field.initial]))
}
