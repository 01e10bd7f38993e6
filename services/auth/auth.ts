/**
 * The auth service: who is signed in, and who is not.
 *
 *   POST /sign-in                                  { username, password, kind: 'web' | 'mobile' }
 *   POST /token                                    refresh, with rotation (RFC 6749 section 6, RFC 9700)
 *   POST /introspect                               web session ids and access tokens (RFC 7662)
 *   POST /revoke                                   session ids and tokens; ends the whole session (RFC 7009)
 *   GET  /revocations?since=N                      sessions ended lately, for who validates offline
 *   GET  /jwks                                     public keys (RFC 7517)
 *   GET  /.well-known/oauth-authorization-server   metadata (RFC 8414)
 *   GET  /healthz                                  200 without asking the store
 *   POST /admin/users                              operator: { prefix, count, password } -> { count, created }
 *
 * Errors are `{ error, error_description? }`: 400 invalid_request and the codes of RFC 6749, 401 invalid_credentials,
 * 413, 415, 500 server_error, and 503 temporarily_unavailable with Retry-After (the store cannot answer).
 * Not here: client authentication at /introspect and /revoke. Only the internal network reaches them, and what they
 * accept cannot be guessed.
 */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { createBase } from '../common/app-base.ts'
import type { Log } from '../common/log.ts'
import { addAdminRoutes } from './admin-routes.ts'
import type { AuthConfig } from './config.ts'
import { addDiscoveryRoutes } from './discovery-routes.ts'
import { createKeyring } from './keyring.ts'
import { addOAuthRoutes, tokenResponse } from './oauth-routes.ts'
import { jsonBody, rejection } from './requests.ts'
import { createSessions } from './sessions.ts'
import { type AuthStore, StoreUnavailable } from './store.ts'

export interface AuthWorld {
  store: AuthStore
  /** The configuration in force; asked anew for every request. */
  config: () => AuthConfig
  /** Who may create users. */
  adminToken: string
  log: Log
}

const signInSchema = z.object({
  // Neither control characters nor halves of characters: a database takes neither.
  username: z.string().regex(/^[^\p{C}]{1,256}$/u, 'must be 1 to 256 printable characters'),
  password: z.string().min(1).max(1024),
  kind: z.enum(['web', 'mobile']),
})

/** Makes an auth service. Throws a TypeError for an empty admin token, which anyone could guess. */
export function createAuth({ store, config, adminToken, log }: AuthWorld): {
  fetch(request: Request): Promise<Response>
} {
  if (adminToken === '') throw new TypeError('adminToken must not be empty: anyone could create users')
  const keyring = createKeyring(store)
  const sessions = createSessions({ store, keyring, log })
  const handleError = errorHandler(log)
  const app = createBase(log)
  app.onError(handleError)
  app.use(async (context, next) => {
    await next()
    if (!context.res.headers.has('cache-control')) context.header('Cache-Control', 'no-store')
  })

  app.post('/sign-in', async context => {
    const signedIn = await sessions.signIn(config(), await jsonBody(context, signInSchema))
    if (!signedIn) throw rejection(401, 'invalid_credentials')
    const { session, subject, expiresAtMs, tokens } = signedIn
    if (!tokens) return context.json({ session, subject, expiresAt: expiresAtMs })
    return context.json({ ...tokenResponse(tokens), subject, session })
  })
  addOAuthRoutes(app, { sessions, store, config })
  addDiscoveryRoutes(app, { keyring, config })
  addAdminRoutes(app, { store, config, adminToken, log })

  return {
    async fetch(request) {
      try {
        return await app.fetch(request)
      } catch (thrown) {
        // Hono hands over Errors only.
        log('unhandled', { path: new URL(request.url).pathname, reason: String(thrown) })
        return Response.json({ error: 'server_error' }, { status: 500 })
      }
    },
  }
}

/** Turns whatever a handler threw into an answer; the reason goes to the log, never to the caller. */
function errorHandler(log: Log) {
  return (error: Error, context: Context): Response => {
    if (error instanceof HTTPException) return error.getResponse()
    const path = new URL(context.req.url).pathname
    if (error instanceof StoreUnavailable) {
      log('store-unavailable', { path, reason: error.message })
      return context.json({ error: 'temporarily_unavailable' }, 503, { 'Retry-After': '1' })
    }
    log('unhandled', { path, reason: error.stack ?? error.message })
    return context.json({ error: 'server_error' }, 500)
  }
}
