/**
 * What the app asks of auth, and how it reads the answers.
 *
 * `tri-state-auth-result`: only auth's own explicit word makes a credential invalid (RFC 7662 2.2: an inactive token is a
 * 200 with active=false; RFC 6749 5.2: invalid_grant); anything else means that nobody knows. Without it there
 * are two states, as in most code ever written: what is not a yes is a no.
 */
import { z } from 'zod'
import { type Answer, type Call, type Caller, CallFailed } from '../common/caller.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import type { AppConfig } from './app-config.ts'

/** Who a credential speaks for. `expiresAt` in ms since the epoch. */
export interface Identity {
  subject: string
  session: string
  username: string
  expiresAt: number
}

export type AuthResult<T> =
  | { kind: 'valid'; value: T }
  | { kind: 'invalid'; reason: string }
  | { kind: 'unknown'; reason: string }

export interface Tokens {
  access_token: string
  refresh_token: string
  expires_in: number
}

export interface AuthClient {
  /** Checks a web session or an access token with auth. */
  introspect(credential: string): Promise<AuthResult<Identity>>
  signInWeb(username: string, password: string): Promise<AuthResult<{ session: string; expiresAt: number }>>
  signInMobile(username: string, password: string): Promise<AuthResult<Tokens>>
  refresh(refreshToken: string): Promise<AuthResult<Tokens>>
  /** True once auth has confirmed; false if nobody knows. */
  revoke(credential: string): Promise<boolean>
}

const inactive = z.object({ active: z.literal(false) })
const active = z.object({
  active: z.literal(true),
  sub: z.string(),
  sid: z.string(),
  username: z.string().optional(),
  exp: z.number(),
})
const webSession = z.object({ session: z.string().min(1), expiresAt: z.number() })
const tokens = z.object({ access_token: z.string(), refresh_token: z.string(), expires_in: z.number() })
const rejected = z.object({ error: z.literal('invalid_credentials') })
const invalidGrant = z.object({ error: z.literal('invalid_grant') })

export interface AuthClientWorld {
  caller: Caller
  config: () => AppConfig
  mitigations: Mitigations
  log: Log
}

export function createAuthClient({ caller, config, mitigations, log }: AuthClientWorld): AuthClient {
  const triState = mitigations.has('tri-state-auth-result')

  async function ask<T>(call: Call, read: (answer: Answer) => AuthResult<T>): Promise<AuthResult<T>> {
    const result = await caller.call(call).then(read, (error: unknown) => {
      if (error instanceof CallFailed) return { kind: 'unknown' as const, reason: error.kind }
      throw error
    })
    if (result.kind !== 'unknown') return result
    log('auth-unknown', { path: call.path, reason: result.reason, readAs: triState ? 'unknown' : 'invalid' })
    return triState ? result : { kind: 'invalid', reason: result.reason }
  }

  const signIn = <T>(username: string, password: string, kind: 'web' | 'mobile', schema: z.ZodType<T>) =>
    ask<T>(
      {
        method: 'POST',
        path: '/sign-in',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password, kind }),
        timeoutMs: config().signInTimeoutMs,
      },
      answer => readAs(answer, { ok: schema, no: { status: 401, schema: rejected, reason: 'rejected' } }),
    )

  const form = (path: string, fields: Record<string, string>, timeoutMs: number): Call => ({
    method: 'POST',
    path,
    body: new URLSearchParams(fields),
    timeoutMs,
  })

  return {
    introspect: credential =>
      ask(form('/introspect', { token: credential }, config().checkTimeoutMs), answer => {
        const read = readAs(answer, { ok: active, no: { status: 200, schema: inactive, reason: 'inactive' } })
        if (read.kind !== 'valid') return read
        const { sub, sid, username = sub, exp } = read.value
        return { kind: 'valid', value: { subject: sub, session: sid, username, expiresAt: exp * 1000 } }
      }),
    signInWeb: (username, password) => signIn(username, password, 'web', webSession),
    signInMobile: (username, password) => signIn(username, password, 'mobile', tokens),
    refresh: refreshToken =>
      ask(
        form(
          '/token',
          { grant_type: 'refresh_token', refresh_token: refreshToken },
          config().signInTimeoutMs,
        ),
        answer =>
          readAs(answer, { ok: tokens, no: { status: 400, schema: invalidGrant, reason: 'invalid_grant' } }),
      ),
    async revoke(credential) {
      try {
        const answer = await caller.call(form('/revoke', { token: credential }, config().signInTimeoutMs))
        return answer.status === 200
      } catch (error) {
        if (error instanceof CallFailed) return false
        throw error
      }
    },
  }
}

interface Reading<T> {
  ok: z.ZodType<T>
  no: { status: number; schema: z.ZodType; reason: string }
}

/** Reads an answer strictly: it is a yes or a no only if it has exactly the form of one. */
function readAs<T>({ status, text }: Answer, { ok, no }: Reading<T>): AuthResult<T> {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { kind: 'unknown', reason: `status ${status} without JSON` }
  }
  if (status === no.status && no.schema.safeParse(body).success) return { kind: 'invalid', reason: no.reason }
  const parsed = ok.safeParse(body)
  if (status === 200 && parsed.success) return { kind: 'valid', value: parsed.data }
  return { kind: 'unknown', reason: `status ${status}` }
}
