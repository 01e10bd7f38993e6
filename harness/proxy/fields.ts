/** How the values in API bodies are checked: zod schemas over `readJson` values, with Go's error texts. */
import { z } from 'zod'
import { type Json, JsonNumber, type JsonObject, plainJson } from './go-json.ts'

/** One attribute of a toxic. */
export interface Field<T> {
  /** Its value where the API is given none. */
  readonly initial: T
  /** Reads it; `path` is how error texts call it, `LatencyToxic.attributes.latency`. */
  schema(path: string): z.ZodType<T>
}

/** Go's text for a value of the wrong kind: `cannotUnmarshal("x", 'value of type int')`. */
export function cannotUnmarshal(value: unknown, target: string): string {
  return `json: cannot unmarshal ${kindOf(value)} into Go ${target}`
}

/** How much of a wrong value an error text quotes. */
const shownCharactersMax = 200

function kindOf(value: unknown): string {
  if (value instanceof JsonNumber) return 'number'
  if (value instanceof Map) return 'object'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

export function text(path: string) {
  return z.string({ error: issue => cannotUnmarshal(issue.input, `struct field ${path} of type string`) })
}

export function bool(path: string) {
  return z.boolean({ error: issue => cannotUnmarshal(issue.input, `struct field ${path} of type bool`) })
}

/** A number that `read` accepts; `read` answers undefined to refuse a spelling. */
function number(path: string, goType: string, read: (spelling: string) => number | undefined) {
  return z.unknown().transform((value, context): number => {
    const target = `struct field ${path} of type ${goType}`
    const result = value instanceof JsonNumber ? read(value.text) : undefined
    if (result !== undefined) return result
    const message = cannotUnmarshal(value, target)
    context.addIssue({
      code: 'custom',
      message: value instanceof JsonNumber ? message.replace(' number ', ` number ${value.text} `) : message,
    })
    return z.NEVER
  })
}

/** A whole number, spelled without point or exponent. Beyond 2^53 it would change on the way, and is refused. */
function integer(goType: string): Field<number> {
  return {
    initial: 0,
    schema: path =>
      number(path, goType, spelling => {
        const value = Number(spelling)
        return /^-?\d+$/.test(spelling) && Number.isSafeInteger(value) ? value : undefined
      }),
  }
}

/** The same to us; error texts tell them apart. */
export const int = integer('int')
export const int64 = integer('int64')

/**
 * Any JSON that a schema accepts, for attributes beyond Toxiproxy's: `jsonField(z.object({ … }).strict(), {})`.
 * The schema sees plain values. What it refuses is a 400 that names the place and the value.
 */
export function jsonField<T>(schema: z.ZodType<T>, initial: T): Field<T> {
  return {
    initial,
    schema: path =>
      z.unknown().transform((json, context): T => {
        const value = plainJson(json as Json)
        const parsed = schema.safeParse(value, { reportInput: true })
        if (parsed.success) return parsed.data
        for (const issue of parsed.error.issues) {
          const message = `${placeOf(path, issue.path)}: ${issue.message}, got ${shown(issue.input)}`
          context.addIssue({ code: 'custom', message })
        }
        return z.NEVER
      }),
  }
}

/** `HttpToxic.attributes.rules[2].status` */
function placeOf(path: string, within: readonly PropertyKey[]): string {
  return path + within.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
}

/** A value as error texts quote it. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text
}

/** A number kept with the precision of a float32, and spelled as short as that allows. */
export function float32(path: string) {
  return number(path, 'float32', spelling => {
    const value = Math.fround(Number(spelling))
    if (!Number.isFinite(value)) return undefined
    for (let digits = 1; digits < 9; digits += 1) {
      const short = Number(value.toPrecision(digits))
      if (Math.fround(short) === value) return short
    }
    return Number(value.toPrecision(9))
  })
}

/** An object as it came, for a second look once more is known about it. */
export function anyObject(path: string, goType: string) {
  return z.instanceof(Map, {
    error: issue => cannotUnmarshal(issue.input, `struct field ${path} of type ${goType}`),
  }) as unknown as z.ZodType<JsonObject>
}

/**
 * An object of which any field may be missing or null. Names match in any case, unknown ones are passed over,
 * null counts as `{}`. `target` is how error texts call the whole: `value of type toxiproxy.Proxy`.
 */
export function struct<S extends z.ZodRawShape>(shape: S, target: string) {
  const fieldNames = new Map(Object.keys(shape).map(name => [name.toLowerCase(), name]))
  return z.preprocess((input, context) => {
    if (input === null) return {}
    if (!(input instanceof Map)) {
      context.addIssue({ code: 'custom', message: cannotUnmarshal(input, target) })
      return z.NEVER
    }
    const given = [...(input as JsonObject)].filter(
      (entry): entry is [string, Exclude<Json, null>] => entry[1] !== null,
    )
    return Object.fromEntries(
      given.map(([name, value]) => [fieldNames.get(name.toLowerCase()) ?? name, value]),
    )
  }, z.object(shape).partial())
}
