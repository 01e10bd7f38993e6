import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { z } from 'zod'

interface RejectionOptions {
  description?: string
  headers?: Record<string, string>
}

/** An answer with an error code, to be thrown. Goes out as `{ error, error_description }`. */
export function rejection(
  status: 400 | 401 | 404 | 405 | 409 | 415 | 429,
  error: string,
  { description, headers = {} }: RejectionOptions = {},
): HTTPException {
  const body = { error, ...(description === undefined ? {} : { error_description: description }) }
  return new HTTPException(status, { res: Response.json(body, { status, headers }), message: error })
}

/** A JSON body that fits the schema. Throws 415 for another content type and 400 for all else that is wrong. */
export async function jsonBody<T extends z.ZodType>(context: Context, schema: T): Promise<z.output<T>> {
  requireContentType(context, 'application/json')
  const text = await context.req.text()
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw rejection(400, 'invalid_request', { description: problems.join('; ') })
}

/**
 * The fields of a form body; one without a value counts as left out. Throws 415 for another content type, and 400 for
 * a field that comes twice (RFC 6749, section 3.2).
 */
export async function formBody(context: Context): Promise<ReadonlyMap<string, string>> {
  requireContentType(context, 'application/x-www-form-urlencoded')
  const given = [...new URLSearchParams(await context.req.text())]
  if (new Set(given.map(([name]) => name)).size < given.length)
    throw rejection(400, 'invalid_request', { description: 'a field is given more than once' })
  return new Map(given.filter(([, value]) => value !== ''))
}

/** A field that must be there. */
export function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name)
  if (value === undefined) throw rejection(400, 'invalid_request', { description: `${name} is missing` })
  return value
}

/** A whole number of a query, at most `max`; throws 400 for anything else. */
export function wholeNumber(
  context: Context,
  name: string,
  fallback: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const text = context.req.query(name)
  if (text === undefined) return fallback
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return Math.min(value, max)
  throw rejection(400, 'invalid_request', { description: `${name} must be a whole number` })
}

/** The answer to one who asks too often. */
export function rateLimited(waitMs: number): HTTPException {
  return rejection(429, 'rate_limited', { headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) } })
}

function requireContentType(context: Context, expected: string): void {
  const actual = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (actual !== expected)
    throw rejection(415, 'unsupported_media_type', { description: `the body must be ${expected}` })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw rejection(400, 'invalid_request', { description: 'the body is not JSON' })
  }
}
