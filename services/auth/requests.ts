import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { z } from 'zod'

interface RejectionOptions {
  description?: string
  headers?: Record<string, string>
}

/** An answer with an error code, to be thrown. Goes out as `{ error, error_description }`. */
export function rejection(
  status: 400 | 401 | 415,
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
 * The fields of a form body. Throws 415 for another content type, and 400 for a field that comes twice
 * (RFC 6749, section 3.2).
 */
export async function formBody(context: Context): Promise<ReadonlyMap<string, string>> {
  requireContentType(context, 'application/x-www-form-urlencoded')
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(await context.req.text())) {
    if (fields.has(name))
      throw rejection(400, 'invalid_request', { description: 'a field is given more than once' })
    fields.set(name, value)
  }
  return fields
}

/** A field that must be there and not empty. */
export function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name)
  if (!value) throw rejection(400, 'invalid_request', { description: `${name} is missing` })
  return value
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
