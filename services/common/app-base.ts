import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { Log } from './log.ts'

/** A Hono app with what every service has: a body limit, a health check, JSON for what is not found or not handled. */
export function createBase(log: Log, { bodyLimitBytes = 64 * 1024 } = {}): Hono {
  const app = new Hono()
  app.use(
    bodyLimit({
      maxSize: bodyLimitBytes,
      onError: context => context.json({ error: 'payload_too_large', limit_bytes: bodyLimitBytes }, 413),
    }),
  )
  app.get('/healthz', context => context.json({ status: 'ok' }))
  app.notFound(context => context.json({ error: 'not_found' }, 404))
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse()
    log('unhandled', { path: new URL(context.req.url).pathname, reason: error.message })
    return context.json({ error: 'server_error' }, 500)
  })
  return app
}
