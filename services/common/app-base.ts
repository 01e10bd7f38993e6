import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Log } from './log.ts'

const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** A Hono app with what every service has: a body limit, a health check, JSON for what is not found or not handled. */
export function createBase(log: Log, { bodyLimitBytes = 64 * 1024 } = {}): Hono {
  const app = new Hono()
  const tooLarge = (context: Context) =>
    context.json({ error: 'payload_too_large', limit_bytes: bodyLimitBytes }, 413)
  const limitStream = bodyLimit({ maxSize: bodyLimitBytes, onError: tooLarge })
  app.use(async (context, next) => {
    if (bodiless.has(context.req.method)) return next()
    const { headers } = context.req.raw
    const length = headers.get('content-length')
    if (length === null || headers.has('transfer-encoding')) return limitStream(context, next)
    // A look at the body would make a stream of it. The HTTP server reads no more of it than the length says.
    return Number(length) <= bodyLimitBytes ? next() : tooLarge(context)
  })
  app.get('/healthz', context => context.json({ status: 'ok' }))
  app.notFound(context => context.json({ error: 'not_found' }, 404))
  app.onError((error, context) => {
    const answer = answerOf(error)
    if (answer) return answer
    log('unhandled', { path: new URL(context.req.url).pathname, reason: error.message })
    return context.json({ error: 'server_error' }, 500)
  })
  return app
}

/**
 * Puts headers on an answer that is there already. Hono's `context.header` would make another answer of it, with a stream
 * for a body, and that for each header.
 */
export function putHeaders({ res }: Context, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) res.headers.set(name, value)
}

/**
 * Answers with a page, as the text that it is. What a template makes is an object, for which the server would make a
 * stream.
 */
export async function answerPage(
  context: Context,
  page: HtmlEscapedString | Promise<HtmlEscapedString>,
  status: ContentfulStatusCode = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  return context.html(String(await page), status, headers)
}

/**
 * The answer to what was thrown as one, and to a body that broke off, which is the sender's doing (and which hardly
 * anybody is there to hear); undefined for all else.
 */
export function answerOf(error: Error): Response | undefined {
  if (error instanceof HTTPException) return error.getResponse()
  const brokeOff = 'code' in error && error.code === 'ECONNRESET' && error.message === 'aborted'
  return brokeOff ? Response.json({ error: 'bad_request' }, { status: 400 }) : undefined
}

/**
 * Answers 405 to whatever methods a path has no handler for; to be called after the handlers.
 * `allowed`: path -> the methods it has, as in the header Allow (RFC 9110 section 10.2.1).
 */
export function answersOtherMethods(app: Hono, allowed: Readonly<Record<string, string>>): void {
  for (const [path, allow] of Object.entries(allowed)) {
    app.all(path, context => context.json({ error: 'method_not_allowed' }, 405, { allow }))
  }
}
