/**
 * A cache: values by key, in memory only, so that a restart leaves it empty.
 *
 *   GET    /entries/:key   200 { value }; 404 not_found
 *   PUT    /entries/:key   { value, ttlMs, final? }: 204; 409 final, where what is there is to stay
 *   DELETE /entries/:key   204, also where there is nothing, or something final
 *   GET    /healthz        200
 *
 * `final`: until it runs out nothing else takes its place. So what somebody read before a revocation, and brings after it,
 * cannot undo the revocation. Errors are `{ error }`: 400 invalid_request, 404, 405, 409, 413.
 */
import { z } from 'zod'
import { answersOtherMethods, createBase } from '../common/app-base.ts'
import type { Log } from '../common/log.ts'

export interface CacheWorld {
  log: Log
  /** The oldest entries make room for new ones beyond it. */
  entriesMax?: number
}

export const entryTtlMsMax = 3_600_000

const putSchema = z.object({
  value: z.unknown().refine(value => value !== undefined, 'missing'),
  ttlMs: z.number().int().min(1).max(entryTtlMsMax),
  final: z.boolean().default(false),
})

interface Entry {
  value: unknown
  untilMs: number
  final: boolean
}

export function createCache({ log, entriesMax = 100_000 }: CacheWorld) {
  const entries = new Map<string, Entry>()
  const app = createBase(log)

  function live(key: string): Entry | undefined {
    const entry = entries.get(key)
    if (entry && entry.untilMs > Date.now()) return entry
    entries.delete(key)
    return undefined
  }

  app.get('/entries/:key', context => {
    const entry = live(context.req.param('key'))
    return entry ? context.json({ value: entry.value }) : context.json({ error: 'not_found' }, 404)
  })

  app.put('/entries/:key', async context => {
    const key = context.req.param('key')
    const put = putSchema.safeParse(await context.req.json().catch(() => undefined))
    if (!put.success)
      return context.json({ error: 'invalid_request', error_description: z.prettifyError(put.error) }, 400)
    const { value, ttlMs, final } = put.data
    if (live(key)?.final && !final) return context.json({ error: 'final' }, 409)
    // Deleted first, so that it becomes the youngest.
    entries.delete(key)
    entries.set(key, { value, untilMs: Date.now() + ttlMs, final })
    const oldest = entries.size > entriesMax ? entries.keys().next().value : undefined
    if (oldest !== undefined) entries.delete(oldest)
    return context.body(null, 204)
  })

  app.delete('/entries/:key', context => {
    const key = context.req.param('key')
    if (!live(key)?.final) entries.delete(key)
    return context.body(null, 204)
  })

  answersOtherMethods(app, { '/entries/:key': 'GET, PUT, DELETE' })
  return {
    fetch: (request: Request) => app.fetch(request),
    /** How much is in it, also what has run out and was not asked for since. */
    get size() {
      return entries.size
    },
  }
}
