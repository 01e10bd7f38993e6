import type { Context, Hono } from 'hono'
import { logRefusal } from '../common/trace.ts'
import { addressOf } from './attempt-limits.ts'
import { claimantOf, invalidClient } from './clients.ts'
import type { AuthParts } from './parts.ts'
import { formBody, rejection, required } from './requests.ts'
import { grantedScope } from './scope.ts'
import type { TokenPair } from './tokens.ts'

type Fields = ReadonlyMap<string, string>

/** All public clients share one caller's places: what they call themselves is not checked. */
const publicCaller = 'public clients'

/** Adds the token endpoint (RFC 6749): refresh tokens, and tokens for system clients. */
export function addTokenRoutes(app: Hono, parts: AuthParts): void {
  app.post('/token', async context => {
    const fields = await formBody(context)
    switch (required(fields, 'grant_type')) {
      case 'refresh_token':
        return refresh(context, fields, parts)
      case 'client_credentials':
        return clientCredentials(context, fields, parts)
      default:
        throw rejection(400, 'unsupported_grant_type')
    }
  })
}

async function refresh(
  context: Context,
  fields: Fields,
  { clients, sessions, admission, config, log }: AuthParts,
) {
  const token = required(fields, 'refresh_token')
  const claimant = claimantOf(context.req.raw, fields)
  // Tokens of users have no scope, and a refresh cannot add one.
  if (fields.has('scope')) throw rejection(400, 'invalid_scope')
  const caller = claimant.kind === 'secret' ? claimant.id : publicCaller
  await sessions.learnKeyOf(token)
  const tokens = await admission.run('refresh', caller, async () => {
    if (claimant.kind === 'secret' && !(await clients.authenticate(config(), claimant.id, claimant.secret)))
      throw invalidClient()
    return sessions.refresh(config(), token, claimant.id)
  })
  if (!tokens) {
    logRefusal(log, 'invalid_grant')
    throw rejection(400, 'invalid_grant')
  }
  return context.json(tokenResponse(tokens))
}

async function clientCredentials(
  context: Context,
  fields: Fields,
  { clients, sessions, attempts, admission, config }: AuthParts,
) {
  const claimant = claimantOf(context.req.raw, fields)
  if (claimant.kind !== 'secret') throw invalidClient()
  const { id, secret } = claimant
  const answer = await attempts.attempt(addressOf(context), id, () =>
    admission.run('sign-in', id, async () => {
      const client = await clients.authenticate(config(), id, secret)
      if (!client) return undefined
      if (client.kind === 'service') throw rejection(400, 'unauthorized_client')
      const scope = grantedScope(fields.get('scope'), client.scopes)
      const { accessToken, ttlS } = await sessions.openApi(config(), id, scope)
      return { access_token: accessToken, token_type: 'Bearer', expires_in: ttlS, scope }
    }),
  )
  if (!answer) throw invalidClient()
  return context.json(answer)
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
