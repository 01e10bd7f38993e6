/**
 * The auth service: who is signed in, and who is not.
 *
 *   POST /sign-in                                  service: { username, password, kind: 'web' | 'mobile' | 'device' }
 *   POST /token                                    refresh with rotation, client_credentials (RFC 6749, RFC 9700)
 *   POST /introspect                               service: session ids and access tokens (RFC 7662)
 *   POST /revoke                                   service, system client, operator: ends the session (RFC 7009)
 *   GET  /revocations?since=N&waitMs=W             sessions ended lately, for who validates offline
 *   GET  /jwks                                     public keys (RFC 7517)
 *   GET  /.well-known/oauth-authorization-server   metadata (RFC 8414)
 *   GET  /healthz                                  200 without asking the store
 *   POST /admin/users                              operator: { password, users: [{ prefix, count }] }
 *   POST /admin/clients                            operator: { secret, scopes, clients: [{ prefix, count }] }
 *   GET  /admin/keys, POST /admin/keys/rotate      operator
 *   DELETE /admin/keys/:kid?emergency=true         operator
 *   PUT  /admin/certificate                        operator, where it speaks TLS: { certificate, key }
 *   GET  /admin/requests                           operator: how many there were, but for operators' and health checks
 *
 * Services and system clients authenticate with Basic, the operator with a bearer token. Access tokens are JWTs as
 * RFC 9068 has them. Errors are `{ error, error_description? }`: 400 and the codes of RFC 6749, 401 invalid_client,
 * invalid_credentials and operators_only, 404, 405, 409 key_in_use, 413, 415, 429 rate_limited, 500 server_error, and
 * 503 temporarily_unavailable (the store cannot answer, or there is no place); 429 and 503 with Retry-After.
 */
import type { Context, Hono } from 'hono'
import { answerOf, createBase, putHeaders } from '../common/app-base.ts'
import { bearerOf, secretsEqual } from '../common/bearer.ts'
import type { Health } from '../common/health.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import { inTrace } from '../common/trace.ts'
import { addAdminRoutes } from './admin-routes.ts'
import { Admission, limitsOf, Shed } from './admission.ts'
import { AttemptLimits } from './attempt-limits.ts'
import { type AuditTrail, audited } from './audit-trail.ts'
import type { CacheClient } from './cache-client.ts'
import { addCertificateRoutes, type CertificateHolder } from './certificate-routes.ts'
import { createClients } from './clients.ts'
import type { AuthConfig } from './config.ts'
import type { CredentialPolicy } from './credential-policy.ts'
import { addDiscoveryRoutes } from './discovery-routes.ts'
import { healthNotes } from './health-notes.ts'
import { createKeyRotation } from './key-rotation.ts'
import { createKeyring } from './keyring.ts'
import type { AuthParts } from './parts.ts'
import { createPruning, type Pruning } from './pruning.ts'
import { rareLog } from './rare-log.ts'
import { type ReadSession, readFromReplica } from './replica-reads.ts'
import { addRequestCount, countRequests } from './request-count.ts'
import { rejection } from './requests.ts'
import { createRevocationFeed } from './revocation-feed.ts'
import { type CacheKind, withSessionCache } from './session-cache.ts'
import { addSessionRoutes } from './session-routes.ts'
import { createSessions } from './sessions.ts'
import { addSignInRoutes } from './sign-in-routes.ts'
import { type AuthStore, StoreUnavailable } from './store.ts'
import { addTokenRoutes } from './token-routes.ts'

export interface AuthWorld {
  store: AuthStore
  /** A replica of the store, from which sessions are read where they are only asked about. */
  replica?: Pick<AuthStore, 'findSession'> | undefined
  /** The configuration in force; asked anew for every request. */
  config: () => AuthConfig
  /** Whoever has it may create accounts, revoke, and change keys. */
  adminToken: string
  /** Secrets of the services that may sign users in, introspect and revoke, by client id. */
  clients: Readonly<Record<string, string>>
  /** The cell that this auth belongs to, if any. */
  cell?: string | undefined
  mitigations: Mitigations
  health: Health
  log: Log
  /** Where it speaks TLS. */
  certificate?: CertificateHolder | undefined
  /** Sessions are cached, as one of two kinds. */
  cache?: { kind: CacheKind; client: CacheClient } | undefined
  /** Which kinds of credential count. Without it all do. */
  policy?: CredentialPolicy | undefined
  /** Where it reports what it answered. */
  audit?: Pick<AuditTrail, 'note'> | undefined
}

/** `start` begins what goes on in the background. */
export interface Auth extends Pruning {
  fetch(request: Request): Promise<Response>
}

/** Makes an auth service. Throws a TypeError for an empty secret, which anyone could guess. */
export function createAuth(world: AuthWorld): Auth {
  const { store, health, log } = world
  const parts = partsOf(world)
  const app = createBase(log)
  app.onError(errorHandler(log))
  const requests = countRequests(app)
  app.use(healthNotes(health))
  app.use(async (context, next) => {
    await next()
    if (!context.res.headers.has('cache-control')) putHeaders(context, { 'cache-control': 'no-store' })
  })
  if (world.audit) app.use(audited(world.audit))
  addSignInRoutes(app, parts)
  addTokenRoutes(app, parts)
  addSessionRoutes(app, parts)
  addDiscoveryRoutes(app, parts)
  addAdminRoutes(app, parts)
  addRequestCount(app, requests)
  if (world.certificate) addCertificateRoutes(app, world.certificate, log)
  refuseOtherMethods(app)

  return {
    ...createPruning(store, log),
    async fetch(request) {
      try {
        return await inTrace(request, () => app.fetch(request))
      } catch (thrown) {
        // Hono hands over Errors only.
        log('unhandled', { path: new URL(request.url).pathname, reason: String(thrown) })
        health.note(false)
        return Response.json({ error: 'server_error' }, { status: 500 })
      }
    },
  }
}

function partsOf(world: AuthWorld): AuthParts {
  const { replica, config, adminToken, clients, cell, mitigations, policy, log } = world
  if (adminToken === '') throw new TypeError('adminToken must not be empty: anyone could be the operator')
  const open = Object.keys(clients).find(id => clients[id] === '')
  if (open !== undefined) throw new TypeError(`the secret of client "${open}" must not be empty`)
  const plainRead: ReadSession = replica
    ? readFromReplica(world.store, replica, mitigations)
    : sid => world.store.findSession(sid)
  const { store, readSession } = world.cache
    ? withSessionCache({
        kind: world.cache.kind,
        cache: world.cache.client,
        store: world.store,
        readSession: plainRead,
        mitigations,
      })
    : { store: world.store, readSession: plainRead }
  const keyring = createKeyring(store)
  return {
    store,
    config,
    keyring,
    keyRotation: createKeyRotation({ store, keyring, mitigations, log }),
    sessions: createSessions({ store, readSession, keyring, policy, cell, log }),
    clients: createClients(clients, store, config),
    attempts: new AttemptLimits(),
    admission: new Admission(limitsOf(mitigations)),
    revocations: createRevocationFeed(store),
    isOperator: request => secretsEqual(bearerOf(request) ?? '', adminToken),
    log,
  }
}

/** Answers 405 where a path is known and the method is not. */
function refuseOtherMethods(app: Hono): void {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of app.routes) {
    if (method !== 'ALL') methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  for (const [path, allowed] of methods) {
    app.all(path, () => {
      throw rejection(405, 'method_not_allowed', { headers: { Allow: [...allowed].join(', ') } })
    })
  }
}

/** Turns whatever a handler threw into an answer; the reason goes to the log, never to the caller. */
function errorHandler(log: Log) {
  const rare = rareLog(log)
  return (error: Error, context: Context): Response => {
    const answer = answerOf(error)
    if (answer) return answer
    const path = new URL(context.req.url).pathname
    if (error instanceof StoreUnavailable || error instanceof Shed) {
      rare(error instanceof Shed ? 'shed' : 'store-unavailable', { path, reason: error.message })
      return context.json({ error: 'temporarily_unavailable' }, 503, { 'Retry-After': '1' })
    }
    log('unhandled', { path, reason: error.stack ?? error.message })
    return context.json({ error: 'server_error' }, 500)
  }
}
