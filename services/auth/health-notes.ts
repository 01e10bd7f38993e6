/** Tells the health of this auth from its answers: what it refuses or cannot do is bad, if perhaps deserved. */
import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Health } from '../common/health.ts'

/** Answers that are about a credential; key sets, lists and the operator's business would only dilute the share. */
const judgedPaths = new Set(['/sign-in', '/token', '/introspect', '/revoke'])
const badErrors = new Set(['invalid_credentials', 'invalid_grant'])

const inactive = new WeakSet<Request>()

/** Marks an introspection that is going to be answered with "inactive". */
export function noteInactive(context: Context): void {
  inactive.add(context.req.raw)
}

export function healthNotes(health: Health): MiddlewareHandler {
  return async (context, next) => {
    await next()
    if (judgedPaths.has(context.req.path)) health.note(isGood(context))
  }
}

function isGood(context: Context): boolean {
  if (context.res.status >= 500 || inactive.has(context.req.raw)) return false
  return !(context.error instanceof HTTPException && badErrors.has(context.error.message))
}
