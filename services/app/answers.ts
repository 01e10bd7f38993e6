/** What the surfaces for programs (phones and system callers) read and answer alike. */
import type { Context } from 'hono'
import { bearerOf } from '../common/bearer.ts'
import { retryAfterS } from './surface.ts'

/** What has been read of a request, or the answer to one that cannot be read. */
export type Reading<T> = { ok: true; value: T } | { ok: false; answer: Response }

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false }
}

/** Reads a JSON body. */
export async function readJson<T>(context: Context, schema: Schema<T>): Promise<Reading<T>> {
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? '')) {
    return { ok: false, answer: unsupported(context, 'application/json') }
  }
  const body: unknown = await context.req.json().catch(() => undefined)
  return accept(context, schema.safeParse(body))
}

const formType = 'application/x-www-form-urlencoded'

/** Reads a form body; a field that comes twice makes it malformed (RFC 6749 section 3.2). */
export async function readForm<T>(context: Context, schema: Schema<T>): Promise<Reading<T>> {
  const type = context.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== formType) return { ok: false, answer: unsupported(context, formType) }
  const fields = new URLSearchParams(await context.req.text())
  const names = [...fields.keys()]
  if (new Set(names).size < names.length) return { ok: false, answer: invalidRequest(context) }
  return accept(context, schema.safeParse(Object.fromEntries(fields)))
}

function accept<T>(context: Context, parsed: { success: true; data: T } | { success: false }): Reading<T> {
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, answer: invalidRequest(context) }
}

export function invalidRequest(context: Context): Response {
  return context.json({ error: 'invalid_request' }, 400)
}

function unsupported(context: Context, expected: string): Response {
  return context.json({ error: 'unsupported_media_type', expected }, 415)
}

/** Nobody knows: come back, with the same credential. */
export function tryLater(
  context: Context,
  afterS = retryAfterS,
  more: Record<string, string> = {},
): Response {
  return context.json({ error: 'temporarily_unavailable', ...more }, 503, { 'retry-after': afterS })
}

/**
 * The token of a request, or the answer to one without (RFC 6750 section 3.1: no error code if there is no token at
 * all, `invalid_request` if what is there cannot be one).
 */
export function readBearer(context: Context, realm: string): Reading<string> {
  const token = bearerOf(context.req.raw)
  if (token !== undefined) return { ok: true, value: token }
  const scheme = context.req.header('authorization')
  if (scheme === undefined || !/^bearer\b/i.test(scheme))
    return { ok: false, answer: challenge(context, realm) }
  return { ok: false, answer: challenge(context, realm, 'invalid_request') }
}

const statusOf = { invalid_request: 400, invalid_token: 401, insufficient_scope: 403 } as const

/** A challenge as in RFC 6750 section 3. `scope`: what the request needs. */
export function challenge(
  context: Context,
  realm: string,
  error?: keyof typeof statusOf,
  scope?: string,
): Response {
  const parts = [`realm="${realm}"`]
  if (error) parts.push(`error="${error}"`)
  if (scope) parts.push(`scope="${scope}"`)
  const header = { 'www-authenticate': `Bearer ${parts.join(', ')}` }
  return context.json({ error: error ?? 'unauthorized' }, error ? statusOf[error] : 401, header)
}
