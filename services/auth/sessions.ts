import { createHash, randomBytes } from 'node:crypto'
import type { Log } from '../common/log.ts'
import type { AuthConfig } from './config.ts'
import type { Keyring } from './keyring.ts'
import { decoyHash, verifyPassword } from './password.ts'
import type { AuthStore, Session, SessionKind } from './store.ts'
import {
  endOf,
  mintTokenPair,
  sessionOfSignedToken,
  type TokenPair,
  verifyAccessToken,
  verifyRefreshToken,
} from './tokens.ts'

/** `session` is the secret id of the session. Whoever has it can end it; for web it is also the credential. */
export interface SignedIn {
  session: string
  subject: string
  expiresAtMs: number
  /** For mobile only. */
  tokens: TokenPair | undefined
}

/** What a credential stands for, while it is valid. `exp` is in seconds. */
export interface ActiveCredential {
  sub: string
  iss: string
  exp: number
  sid: string
  username: string
  token_type: 'session' | 'Bearer'
}

/** Each takes the configuration of the moment. All reject with StoreUnavailable when the store cannot answer. */
export interface Sessions {
  /** Undefined for a wrong password and for a user whom this issuer does not know, at the same cost. */
  signIn(config: AuthConfig, attempt: SignInAttempt): Promise<SignedIn | undefined>
  /** Undefined for a token that is not, or no longer, good. An old one used again revokes its session (RFC 9700). */
  refresh(config: AuthConfig, refreshToken: string): Promise<TokenPair | undefined>
  /** Takes web session ids and access tokens; undefined for whatever is not valid now. */
  introspect(config: AuthConfig, token: string): Promise<ActiveCredential | undefined>
  /** Ends the session of a session id or token of any kind and age, under whatever issuer it was opened. */
  revoke(token: string): Promise<void>
}

export interface SignInAttempt {
  username: string
  password: string
  kind: SessionKind
}

/** What the first refresh token of a session names as its parent. */
const signInParent = 'sign-in'
const sessionIdPattern = /^[A-Za-z0-9_-]{43}$/

/** The public name of a session, and the only form in which its secret id is stored. */
export function sidOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url')
}

/** The subject of a user: unique within the issuer, and the same however often the user is created. */
export function subjectOf(issuer: string, username: string): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, username]))
    .digest('base64url')
    .slice(0, 22)
}

interface SessionsWorld {
  store: AuthStore
  keyring: Keyring
  log: Log
}

export function createSessions({ store, keyring, log }: SessionsWorld): Sessions {
  return {
    async signIn(config, { username, password, kind }) {
      const user = await store.findUser(config.issuer, username)
      const correct = await verifyPassword(password, user?.passwordHash ?? decoyHash)
      if (!user || !correct) return undefined
      const session = randomBytes(32).toString('base64url')
      const { subject, issuer } = user
      const sid = sidOf(session)
      const expiresAtMs = endOf(kind === 'web' ? config.sessionTtlS : config.refreshTokenTtlS)
      const usedRefreshJti = kind === 'mobile' ? signInParent : undefined
      // Signed first: no session is left behind for which no token could be had.
      const tokens = usedRefreshJti
        ? await mintTokenPair(keyring, config, { subject, sid, expiresAtMs }, usedRefreshJti)
        : undefined
      await store.addSession({ sid, kind, issuer, subject, username, expiresAtMs, usedRefreshJti })
      return { session, subject, expiresAtMs, tokens }
    },

    async refresh(config, refreshToken) {
      const claims = await verifyRefreshToken(keyring, config, refreshToken)
      if (!claims) return undefined
      const { sid, jti, parent: parentJti, sub: subject } = claims
      const expiresAtMs = endOf(config.refreshTokenTtlS)
      // Signed first: a failure in between leaves the presented token unused.
      const tokens = await mintTokenPair(keyring, config, { subject, sid, expiresAtMs }, jti)
      const nowMs = Date.now()
      const result = await store.useRefreshToken({ sid, jti, parentJti, nowMs, expiresAtMs })
      if (result === 'rotated') return tokens
      if (result === 'reused') {
        await store.revokeSession(sid, nowMs)
        log('refresh-token-reused', { sid })
      }
      return undefined
    },

    async introspect(config, token) {
      if (sessionIdPattern.test(token)) {
        const session = await liveSession(store, config, 'web', sidOf(token))
        return session && active(session, 'session', Math.floor(session.expiresAtMs / 1000))
      }
      const claims = await verifyAccessToken(keyring, config, token)
      const session = claims && (await liveSession(store, config, 'mobile', claims.sid))
      return session && active(session, 'Bearer', claims.exp)
    },

    async revoke(token) {
      const sid = sessionIdPattern.test(token) ? sidOf(token) : await sessionOfSignedToken(keyring, token)
      if (sid !== undefined) await store.revokeSession(sid, Date.now())
    },
  }
}

async function liveSession(store: AuthStore, { issuer }: AuthConfig, kind: SessionKind, sid: string) {
  const session = await store.findSession(sid)
  if (session?.kind !== kind || session.issuer !== issuer) return undefined
  return session.revokedAtMs === undefined && session.expiresAtMs > Date.now() ? session : undefined
}

function active(session: Session, token_type: 'session' | 'Bearer', exp: number): ActiveCredential {
  const { subject, issuer, sid, username } = session
  return { sub: subject, iss: issuer, exp, sid, username, token_type }
}
