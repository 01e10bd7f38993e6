/** The surface for system callers: a long-lived token by client credentials (RFC 6749 section 4.4), and messages. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { answersOtherMethods } from '../common/app-base.ts'
import { basicOf } from '../common/bearer.ts'
import { logRefusal } from '../common/trace.ts'
import { challenge, invalidRequest, readBearer, readForm, readJson, tryLater } from './answers.ts'
import type { Identity, SystemClient } from './auth-client.ts'
import { Messages } from './messages.ts'
import { degradedHeader, originOf, type SurfaceWorld } from './surface.ts'

const message = z.object({ to: z.string().min(1).max(100), text: z.string().min(1).max(2_000) })
const short = z.string().max(500)
const tokenRequest = z.object({
  grant_type: short,
  scope: short.optional(),
  client_id: short.optional(),
  client_secret: short.optional(),
})
const revocation = z.object({ token: z.string().min(1).max(10_000) })

export function createApi(world: SurfaceWorld): Hono {
  const { role, auth, guard, health } = world
  const api = new Hono()
  const messages = new Messages()
  const callerOf = createCallerOf(world)

  api.get('/v1/messages', async context => {
    const identity = await callerOf(context, 'messages:read')
    if (identity instanceof Response) return identity
    return context.json({ app: role.name, messages: messages.of(identity.subject) })
  })

  api.post('/v1/messages', async context => {
    const identity = await callerOf(context, 'messages:write')
    if (identity instanceof Response) return identity
    const body = await readJson(context, message)
    if (!body.ok) return body.answer
    return context.json(messages.send(identity.subject, body.value.to, body.value.text), 201)
  })

  api.post('/oauth/token', async context => {
    noStore(context)
    const request = await readForm(context, tokenRequest)
    if (!request.ok) return request.answer
    if (request.value.grant_type !== 'client_credentials') {
      return context.json({ error: 'unsupported_grant_type' }, 400)
    }
    const client = clientOf(context, request.value)
    if (client instanceof Response) return client
    const result = await auth.clientCredentials(client, originOf(context))
    health.note(result.kind === 'valid')
    if (result.kind === 'unknown') return tryLater(context)
    return result.kind === 'valid' ? context.json(result.value) : refused(context, result.reason)
  })

  api.post('/oauth/revoke', async context => {
    const body = await readForm(context, revocation)
    if (!body.ok) return body.answer
    guard.forget(body.value.token)
    return (await auth.revoke(body.value.token)) ? context.body(null, 200) : tryLater(context)
  })

  const post = 'POST'
  answersOtherMethods(api, { '/v1/messages': 'GET, HEAD, POST', '/oauth/token': post, '/oauth/revoke': post })
  return api
}

/** Who calls, if the token is good and has the scope; otherwise the answer. */
function createCallerOf({ role, guard, health, log }: SurfaceWorld) {
  return async (
    context: Context,
    scope: 'messages:read' | 'messages:write',
  ): Promise<Identity | Response> => {
    const token = readBearer(context, role.name)
    if (!token.ok) return token.answer
    const admission = await guard.token(token.value)
    const stale = admission.kind === 'stale'
    // What only the grace vouches for may look, not act.
    const served = admission.kind === 'valid' || (stale && scope === 'messages:read')
    health.note(served)
    if (admission.kind === 'invalid') {
      logRefusal(log, admission.reason)
      return challenge(context, role.name, 'invalid_token')
    }
    if (!served) return tryLater(context)
    if (!(admission.identity.scope?.split(' ') ?? []).includes(scope)) {
      return challenge(context, role.name, 'insufficient_scope', scope)
    }
    if (stale) context.header(degradedHeader, 'stale-session')
    return admission.identity
  }
}

/** The client's credentials, from the header or from the body, never from both (RFC 6749 section 2.3). */
function clientOf(context: Context, body: z.output<typeof tokenRequest>): SystemClient | Response {
  const { client_id: id, client_secret: secret, scope } = body
  if (context.req.header('authorization') === undefined) {
    return id && secret ? { id, secret, scope } : refused(context, 'invalid_client')
  }
  const basic = basicOf(context.req.raw)
  if (!basic) return refused(context, 'invalid_client')
  if (secret !== undefined || (id !== undefined && id !== basic.id)) return invalidRequest(context)
  return { ...basic, scope }
}

const errorCodes: ReadonlySet<string> = new Set(['invalid_scope', 'invalid_request', 'unauthorized_client'])

/** An error as in RFC 6749 section 5.2; what nobody has a word for is the client's to answer for. */
function refused(context: Context, reason: string): Response {
  if (errorCodes.has(reason)) return context.json({ error: reason }, 400)
  return context.json({ error: 'invalid_client' }, 401, { 'www-authenticate': 'Basic realm="token"' })
}

function noStore(context: Context): void {
  context.header('cache-control', 'no-store')
}
