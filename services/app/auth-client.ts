/** What an app asks of one auth. Its answers are always of three kinds; what an app makes of them is for its callers. */
import { z } from 'zod'
import { basicHeader } from '../common/bearer.ts'
import { type Answer, type Call, CallFailed, type Purpose } from '../common/call.ts'
import type { Caller } from '../common/caller.ts'
import type { AppConfig } from './app-config.ts'
import { type AuthResult, errorNo, readAnswer } from './auth-answers.ts'

export type { AuthResult } from './auth-answers.ts'

/** Who a credential speaks for. `expiresAt` in ms since the epoch. */
export interface Identity {
  subject: string
  session: string
  username: string
  expiresAt: number
  /** What a system token may do, words separated by spaces (RFC 6749 section 3.3). */
  scope?: string
}

/** The user behind a request, as the edge wrote it down. */
export interface Origin {
  region: string | undefined
  address: string | undefined
}

export interface Tokens {
  access_token: string
  refresh_token: string
  expires_in: number
}

/** `session` is the credential, `subject` the user. `expiresAt` in ms since the epoch. */
export interface OpenedSession {
  session: string
  expiresAt: number
  subject: string
}

/** A system caller's own credentials and the scope it asks for. */
export interface SystemClient {
  id: string
  secret: string
  scope: string | undefined
}

export interface SystemToken {
  access_token: string
  token_type: string
  expires_in: number
  scope?: string | undefined
}

export interface AuthClient {
  /** Checks a web or device session, or an access token, with auth. */
  introspect(credential: string): Promise<AuthResult<Identity>>
  signIn(
    kind: 'web' | 'device',
    username: string,
    password: string,
    origin: Origin,
  ): Promise<AuthResult<OpenedSession>>
  signInMobile(username: string, password: string, origin: Origin): Promise<AuthResult<Tokens>>
  refresh(refreshToken: string): Promise<AuthResult<Tokens>>
  /** `invalid` with auth's own error code (`invalid_client`, `invalid_scope`, ...) as its reason. */
  clientCredentials(client: SystemClient, origin: Origin): Promise<AuthResult<SystemToken>>
  /** True once auth has confirmed; false if nobody knows. */
  revoke(credential: string): Promise<boolean>
}

const active = z.object({
  active: z.literal(true),
  sub: z.string(),
  sid: z.string(),
  username: z.string().optional(),
  exp: z.number(),
  scope: z.string().optional(),
})
const session = z.object({ session: z.string().min(1), expiresAt: z.number(), subject: z.string() })
const tokens = z.object({ access_token: z.string(), refresh_token: z.string(), expires_in: z.number() })
const systemToken = z.object({
  access_token: z.string(),
  token_type: z.string(),
  expires_in: z.number(),
  scope: z.string().optional(),
})

/** The reason when auth itself said that a credential is no good (and not that nothing else was heard). */
export const inactiveReason = 'inactive'
const inactive = { status: 200, schema: z.object({ active: z.literal(false) }), reason: inactiveReason }
const rejected = errorNo(401, 'invalid_credentials')
const unprintable = /\p{C}/u
const invalidGrant = errorNo(400, 'invalid_grant')
const clientRefusals = [
  errorNo(401, 'invalid_client'),
  ...['invalid_client', 'invalid_scope', 'invalid_request', 'unauthorized_client'].map(error =>
    errorNo(400, error),
  ),
]

export interface AuthClientWorld {
  caller: Caller
  /** Who the app is to auth (RFC 6749 section 2.3.1). */
  client: { id: string; secret: string }
  config: () => AppConfig
}

export function createAuthClient(world: AuthClientWorld): AuthClient {
  const { ask, form, signIn } = createQuestions(world)
  return {
    introspect: credential =>
      ask(form('/introspect', { token: credential }, 'session-check'), answer => {
        const read = readAnswer(answer, active, [inactive])
        return read.kind === 'valid' ? { kind: 'valid', value: identityOf(read.value) } : read
      }),
    signIn: (kind, username, password, origin) => signIn({ username, password, kind }, origin, session),
    signInMobile: (username, password, origin) =>
      signIn({ username, password, kind: 'mobile' }, origin, tokens),
    refresh: refreshToken =>
      ask(form('/token', { grant_type: 'refresh_token', refresh_token: refreshToken }, 'refresh'), answer =>
        readAnswer(answer, tokens, [invalidGrant]),
      ),
    clientCredentials({ scope, ...system }, { address }) {
      const fields = { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }
      const call = form('/token', fields, 'sign-in')
      const headers = { authorization: basicHeader(system), ...forwardedFor(address) }
      return ask({ ...call, headers }, answer => readAnswer(answer, systemToken, clientRefusals))
    },
    async revoke(credential) {
      const result = await ask<boolean>(form('/revoke', { token: credential }, 'refresh'), ({ status }) => ({
        kind: 'valid',
        value: status === 200,
      }))
      return result.kind === 'valid' && result.value
    },
  }
}

/** The ways in which auth is asked, with the app's own name and secret. */
function createQuestions({ caller, client, config }: AuthClientWorld) {
  const authorization = basicHeader(client)

  async function ask<T>(call: Call, read: (answer: Answer) => AuthResult<T>): Promise<AuthResult<T>> {
    try {
      return read(await caller.call(call))
    } catch (error) {
      if (error instanceof CallFailed) return { kind: 'unknown', reason: error.kind }
      throw error
    }
  }

  const form = (path: string, fields: Record<string, string>, purpose: Purpose): Call => ({
    method: 'POST',
    path,
    headers: { authorization },
    body: new URLSearchParams(fields),
    timeoutMs: purpose === 'session-check' ? config().checkTimeoutMs : config().signInTimeoutMs,
    purpose,
  })

  async function signIn<T>(
    body: { username: string; password: string; kind: string },
    { address }: Origin,
    yes: z.ZodType<T>,
  ): Promise<AuthResult<T>> {
    // Auth takes it for a malformed request, which says nothing: but it is nobody's name.
    if (unprintable.test(body.username)) return { kind: 'invalid', reason: rejected.reason }
    const call: Call = {
      method: 'POST',
      path: '/sign-in',
      headers: { authorization, 'content-type': 'application/json', ...forwardedFor(address) },
      body: JSON.stringify(body),
      timeoutMs: config().signInTimeoutMs,
      purpose: 'sign-in',
    }
    return ask(call, answer => readAnswer(answer, yes, [rejected]))
  }

  return { ask, form, signIn }
}

function forwardedFor(address: string | undefined): Record<string, string> {
  return address === undefined ? {} : { 'x-forwarded-for': address }
}

/** Reads the claims that introspection and access tokens share. */
export function identityOf(claims: Omit<z.output<typeof active>, 'active'>): Identity {
  const { sub, sid, username = sub, exp, scope } = claims
  return {
    subject: sub,
    session: sid,
    username,
    expiresAt: exp * 1000,
    ...(scope === undefined ? {} : { scope }),
  }
}
