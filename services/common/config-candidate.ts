/**
 * Whether a document that came is taken up. This is where `config-validation` is decided: with it a document must be
 * of sensible size, for this service, of a schema that it knows, fit that schema, and pass the service's own
 * self-test. Without it it is taken as it comes, as long as it is a JSON object.
 */
import { z } from 'zod'

export type SelfTest<T> = (candidate: T) => Promise<{ ok: true } | { ok: false; reason: string }>

export type Verdict<T> = { value: T } | { refused: string }

export interface CandidateRules<T extends object> {
  validated: boolean
  schema: z.ZodType<T>
  defaults: T
  selfTest?: SelfTest<T> | undefined
  /** Whom a document may be for, if it says so in its field `service`. */
  services: readonly string[]
}

export const documentBytesMax = 256 * 1024
/** The newest number that this service knows of the optional field `schema`. */
export const schemaKnown = 1
const selfTestTimeoutMs = 3_000
const reasonLengthMax = 2_000

const headSchema = z.object({
  service: z.string().exactOptional(),
  schema: z.number().int().min(1).exactOptional(),
})

/** Never throws: whatever is wrong with a document, or with its test, is a reason to refuse it. */
export async function consider<T extends object>(
  candidate: unknown,
  rules: CandidateRules<T>,
): Promise<Verdict<T>> {
  const shaped = shape(candidate, rules)
  if ('refused' in shaped || !rules.validated || !rules.selfTest) return shaped
  const refused = await failureOf(rules.selfTest, shaped.value)
  return refused === undefined ? shaped : { refused: refused.slice(0, reasonLengthMax) }
}

/** The same without the self-test, which may need others to be there. */
export function shape<T extends object>(candidate: unknown, rules: CandidateRules<T>): Verdict<T> {
  if (!isObject(candidate)) return { refused: 'not a JSON object' }
  if (!rules.validated) return { value: { ...rules.defaults, ...candidate } }
  const { service: _, schema: __, ...settings } = candidate
  const refused = misfit(candidate, settings, rules.services)
  if (refused !== undefined) return { refused }
  const parsed = rules.schema.safeParse(settings)
  if (parsed.success) return { value: parsed.data }
  return { refused: z.prettifyError(parsed.error).slice(0, reasonLengthMax) }
}

function misfit(candidate: object, settings: object, services: readonly string[]): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(candidate))
  if (bytes > documentBytesMax) return `${bytes} bytes long, more than ${documentBytesMax}`
  if (Object.keys(settings).length === 0) return 'empty'
  const head = headSchema.safeParse(candidate)
  if (!head.success) return z.prettifyError(head.error)
  const { service, schema = 1 } = head.data
  if (service !== undefined && services.length > 0 && !services.includes(service))
    return `for ${service.slice(0, 100)}, not for ${services.join(' or ')}`
  if (schema > schemaKnown) return `of schema ${schema}, newer than ${schemaKnown}`
  return undefined
}

/** Why the self-test fails: its own reason, what it throws, or that it does not end. */
async function failureOf<T>(selfTest: SelfTest<T>, value: T): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<{ ok: false; reason: string }>(resolve => {
    const reason = `the self-test did not end within ${selfTestTimeoutMs} ms`
    timer = setTimeout(() => resolve({ ok: false, reason }), selfTestTimeoutMs)
  })
  try {
    const result = await Promise.race([selfTest(value), timeout])
    return result.ok ? undefined : result.reason
  } catch (error) {
    return `the self-test failed: ${(error as Error).message}`
  } finally {
    clearTimeout(timer)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
