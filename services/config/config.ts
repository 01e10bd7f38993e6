/**
 * The config service: versioned documents, pushed by operators, watched by services.
 *
 *   GET  /documents                               names and newest versions
 *   GET  /documents/:name                         { version, value }
 *   GET  /documents/:name/history                 { versions: [{ version, value, at }] }
 *   GET  /documents/:name/watch?after=N&client=C  the same as soon as there is a version above N, or 204 after a while
 *   POST /documents/:name                         operator: { value } replaces, { change } merges (RFC 7396) -> 201 { version }
 *   POST /documents/:name/acknowledgements        client: { client, version, status, reason? } -> 204
 *   GET  /documents/:name/acknowledgements        { acknowledgements: [...] }
 */
import type { Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { createBase } from '../common/app-base.ts'
import { bearerOf, secretsEqual } from '../common/bearer.ts'
import type { Log } from '../common/log.ts'
import { ConfigDocument, mergePatch } from './documents.ts'

export interface ConfigWorld {
  /** First version of each document. */
  documents: Record<string, unknown>
  /** Who may push. */
  adminToken: string
  log: Log
  /** How long a watch waits for news, ms. */
  watchMs?: number
}

const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
const pushSchema = z.union([
  z.strictObject({ value: z.unknown().refine(value => value !== undefined, 'missing') }),
  z.strictObject({ change: z.record(z.string(), z.unknown()) }),
])
const acknowledgementSchema = z.strictObject({
  client: z.string().min(1).max(100),
  version: z.number().int().min(1),
  status: z.enum(['applied', 'refused']),
  reason: z.string().max(10_000).optional(),
})
const watchSchema = z.object({ after: z.coerce.number().int().min(0).default(0) })

export function createConfig({ documents, adminToken, log, watchMs = 8_000 }: ConfigWorld): Hono {
  const store = new Map(
    Object.entries(documents).map(([name, value]) => [name, new ConfigDocument(name, value)]),
  )
  const app = createBase(log, { bodyLimitBytes: 1024 * 1024 })

  function documentOf(context: Context): ConfigDocument {
    const document = store.get(context.req.param('name') ?? '')
    if (!document) throw reject(404, { error: 'no_such_document', documents: [...store.keys()] })
    return document
  }

  app.get('/documents', context =>
    context.json({
      documents: [...store.values()].map(({ name, newest }) => ({ name, version: newest.version })),
    }),
  )
  app.get('/documents/:name', context => {
    const { version, value } = documentOf(context).newest
    return context.json({ version, value })
  })
  app.get('/documents/:name/history', context => context.json({ versions: documentOf(context).history }))
  app.get('/documents/:name/watch', async context => {
    const query = parse(watchSchema, context.req.query())
    const next = await documentOf(context).next(query.after, watchMs)
    return next ? context.json({ version: next.version, value: next.value }) : context.body(null, 204)
  })
  app.post('/documents/:name', async context => {
    if (!secretsEqual(bearerOf(context.req.raw) ?? '', adminToken))
      throw reject(401, { error: 'operators_only' })
    const name = parse(nameSchema, context.req.param('name'))
    const push = parse(pushSchema, await bodyOf(context))
    const document = store.get(name) ?? new ConfigDocument(name, {})
    store.set(name, document)
    const value = 'value' in push ? push.value : mergePatch(document.newest.value, push.change)
    const { version } = document.push(value)
    log('pushed', { document: name, version })
    return context.json({ document: name, version }, 201)
  })
  app.post('/documents/:name/acknowledgements', async context => {
    const { reason, ...rest } = parse(acknowledgementSchema, await bodyOf(context))
    documentOf(context).acknowledge({ ...rest, ...(reason === undefined ? {} : { reason }), at: Date.now() })
    return context.body(null, 204)
  })
  app.get('/documents/:name/acknowledgements', context =>
    context.json({ acknowledgements: documentOf(context).acknowledgements }),
  )
  return app
}

async function bodyOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json()
  } catch {
    throw reject(400, { error: 'not_json' })
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw reject(400, { error: 'invalid', problems: z.prettifyError(parsed.error) })
  return parsed.data
}

function reject(status: 400 | 401 | 404, body: unknown): HTTPException {
  return new HTTPException(status, { res: Response.json(body, { status }) })
}
