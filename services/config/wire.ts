/** What comes over the wire, and how it is refused. */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'

export const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
const client = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
const region = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/)
const version = z.number().int().min(1)
const versionText = z.coerce.number().pipe(version)

const pushOptions = { emergency: z.boolean().default(false) }
export const pushSchema = z.union([
  z.strictObject({ value: z.unknown().refine(value => value !== undefined, 'missing'), ...pushOptions }),
  z.strictObject({ change: z.record(z.string(), z.unknown()), ...pushOptions }),
])
export const rollbackSchema = z.strictObject({ to: version })
export const freezeSchema = z.strictObject({ frozen: z.boolean() })
export const watchSchema = z.object({
  after: z.coerce.number().int().min(0).default(0),
  client,
  region: region.exactOptional(),
})
export const diffSchema = z.object({ from: versionText, to: versionText })
export const acknowledgementSchema = z.strictObject({
  client,
  region: region.exactOptional(),
  version,
  status: z.enum(['applied', 'refused']),
  reason: z.string().max(10_000).exactOptional(),
})
const count = z.strictObject({ good: z.number().int().min(0), bad: z.number().int().min(0) })
export const healthSchema = z.strictObject({ client, version, before: count, since: count })

/** The body as JSON that fits a schema, or a 400 thrown. */
export async function bodyOf<T extends z.ZodType>(context: Context, schema: T): Promise<z.output<T>> {
  let body: unknown
  try {
    body = await context.req.json()
  } catch {
    throw rejection(400, { error: 'not_json' })
  }
  return parse(schema, body)
}

/** The value as the schema makes it, or a 400 thrown. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw rejection(400, { error: 'invalid', problems: z.prettifyError(parsed.error) })
  return parsed.data
}

export function rejection(
  status: 400 | 401 | 404 | 409 | 413 | 423,
  body: unknown,
  headers: Record<string, string> = {},
): HTTPException {
  return new HTTPException(status, { res: Response.json(body, { status, headers }) })
}
