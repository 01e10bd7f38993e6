/**
 * Where services report what they did, so that somebody can look later. Nobody waits for what it says.
 *
 *   POST /events         { events: [{ at, from, what, … }] }: 204; 400, 413
 *   GET  /admin/events   operator: { noted, latest: [...] }, the latest first
 *   GET  /healthz        200
 */
import { z } from 'zod'
import { answersOtherMethods, createBase } from '../common/app-base.ts'
import { bearerOf, secretsEqual } from '../common/bearer.ts'
import type { Log } from '../common/log.ts'

export interface AuditWorld {
  /** Whoever has it may read. */
  adminToken: string
  log: Log
}

const keptMax = 1_000
const batchMax = 1_000

const batchSchema = z.object({
  events: z
    .array(z.looseObject({ at: z.number().int().min(0), from: z.string().min(1), what: z.string().min(1) }))
    .max(batchMax),
})

/** Makes it. Throws a TypeError for an empty token, which anyone could guess. */
export function createAudit({ adminToken, log }: AuditWorld) {
  if (adminToken === '') throw new TypeError('adminToken must not be empty: anyone could be the operator')
  const latest: z.infer<typeof batchSchema>['events'] = []
  let noted = 0
  const app = createBase(log, { bodyLimitBytes: 256 * 1024 })

  app.post('/events', async context => {
    const batch = batchSchema.safeParse(await context.req.json().catch(() => undefined))
    if (!batch.success)
      return context.json({ error: 'invalid_request', error_description: z.prettifyError(batch.error) }, 400)
    noted += batch.data.events.length
    latest.push(...batch.data.events)
    latest.splice(0, latest.length - keptMax)
    return context.body(null, 204)
  })

  app.get('/admin/events', context => {
    if (!secretsEqual(bearerOf(context.req.raw) ?? '', adminToken))
      return context.json({ error: 'operators_only' }, 401, { 'WWW-Authenticate': 'Bearer' })
    return context.json({ noted, latest: latest.toReversed() })
  })

  answersOtherMethods(app, { '/events': 'POST', '/admin/events': 'GET' })
  return { fetch: (request: Request) => app.fetch(request) }
}
