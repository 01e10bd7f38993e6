import type { Hono } from 'hono'
import type { AuthConfig } from './config.ts'
import { formBody, rejection, required } from './requests.ts'
import type { Sessions } from './sessions.ts'
import type { AuthStore } from './store.ts'
import type { TokenPair } from './tokens.ts'

interface OAuthWorld {
  sessions: Sessions
  store: AuthStore
  config: () => AuthConfig
}

/** Adds refresh, introspection and revocation. */
export function addOAuthRoutes(app: Hono, { sessions, store, config }: OAuthWorld): void {
  app.post('/token', async context => {
    const fields = await formBody(context)
    if (required(fields, 'grant_type') !== 'refresh_token') throw rejection(400, 'unsupported_grant_type')
    const tokens = await sessions.refresh(config(), required(fields, 'refresh_token'))
    if (!tokens) throw rejection(400, 'invalid_grant')
    return context.json(tokenResponse(tokens))
  })

  app.post('/introspect', async context => {
    const credential = await sessions.introspect(config(), required(await formBody(context), 'token'))
    return context.json(credential ? { active: true, ...credential } : { active: false })
  })

  app.post('/revoke', async context => {
    await sessions.revoke(required(await formBody(context), 'token'))
    return context.json({})
  })

  app.get('/revocations', async context => {
    const since = sequenceNumber(context.req.query('since') ?? '0')
    const revocations = await store.revocationsAfter(since, Date.now())
    return context.json({
      revocations: revocations.map(({ sid, atMs, seq }) => ({ sid, at: atMs, seq })),
      next: revocations.at(-1)?.seq ?? since,
    })
  })
}

/** The body of RFC 6749, section 5.1. */
export function tokenResponse({ accessToken, refreshToken, accessTtlS }: TokenPair) {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: accessTtlS,
  }
}

function sequenceNumber(text: string): number {
  const seq = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(seq)) return seq
  throw rejection(400, 'invalid_request', { description: 'since must be a sequence number' })
}
