import { createHash, randomBytes } from 'node:crypto'
import { inCell } from '../common/cell.ts'
import type { Log } from '../common/log.ts'
import { noteReason } from '../common/trace.ts'
import type { AuthConfig } from './config.ts'
import type { CredentialPolicy } from './credential-policy.ts'
import type { Keyring } from './keyring.ts'
import { decoyHash, verifyPassword } from './password.ts'
import { decideRefresh } from './refresh-rotation.ts'
import type { ReadSession } from './replica-reads.ts'
import type { AuthStore, NewSession, Session } from './store.ts'
import {
  claimsOfSignedToken,
  endOf,
  mintAccessToken,
  mintTokenPair,
  type TokenPair,
  verifyAccessToken,
  verifyRefreshToken,
  wholeEndOf,
} from './tokens.ts'

/** `session` is the secret id of the session. Whoever has it can end it; but for mobile it is also the credential. */
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
  client_id: string
  token_type: 'session' | 'Bearer'
  scope?: string
}

/** Each takes the configuration of the moment. All reject with StoreUnavailable when the store cannot answer. */
export interface Sessions {
  /** Undefined for a wrong password and for a user whom this issuer does not know, at the same cost. */
  signIn(config: AuthConfig, attempt: SignInAttempt): Promise<SignedIn | undefined>
  /** Opens a session for a system client, and gives its access token. */
  openApi(config: AuthConfig, clientId: string, scope: string): Promise<{ accessToken: string; ttlS: number }>
  /**
   * Undefined for a token that is not, or no longer, good, or was given to another client than the one that names
   * itself. An old one used again revokes its session (RFC 9700).
   */
  refresh(
    config: AuthConfig,
    refreshToken: string,
    clientId: string | undefined,
  ): Promise<TokenPair | undefined>
  /** To be awaited before a request with a token takes a place: see the keyring. */
  learnKeyOf(token: string): Promise<void>
  /** Takes ids of web and device sessions, and access tokens; undefined for whatever is not valid now. */
  introspect(config: AuthConfig, token: string): Promise<ActiveCredential | undefined>
  /**
   * Ends the session of a session id or token of any kind and age, under whatever issuer it was opened. With
   * `onlyOf`, tokens of other clients are left alone, and `foreign` says that this was one.
   */
  revoke(token: string, onlyOf?: string): Promise<'done' | 'foreign'>
}

export interface SignInAttempt {
  username: string
  password: string
  kind: 'web' | 'mobile' | 'device'
  /** The service that the user signs in at. */
  clientId: string
}

/** What the first refresh token of a session names as its parent. */
const signInParent = 'sign-in'
const sessionIdPattern = /^([a-z][a-z0-9-]{0,15}\.)?[A-Za-z0-9_-]{43}$/
/** How often a refresh is decided anew because another process was faster. */
const refreshTriesMax = 5

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

export interface SessionsWorld {
  store: AuthStore
  /** Looks up what is asked about; what is to be changed is always read from the store itself. */
  readSession: ReadSession
  keyring: Keyring
  /** Which kinds of credential count. Without it all do. */
  policy?: CredentialPolicy | undefined
  /** The cell that this auth belongs to; its credentials name it. */
  cell: string | undefined
  log: Log
}

export function createSessions(world: SessionsWorld): Sessions {
  return {
    signIn: (config, attempt) => signIn(world, config, attempt),
    openApi: (config, clientId, scope) => openApi(world, config, clientId, scope),
    refresh: (config, refreshToken, clientId) => refresh(world, config, refreshToken, clientId),
    learnKeyOf: token => world.keyring.learnKeyOf(token),
    introspect: (config, token) => introspect(world, config, token),
    revoke: (token, onlyOf) => revoke(world, token, onlyOf),
  }
}

const randomId = () => randomBytes(32).toString('base64url')

async function signIn(
  { store, keyring, policy, cell }: SessionsWorld,
  config: AuthConfig,
  { username, password, kind, clientId }: SignInAttempt,
): Promise<SignedIn | undefined> {
  if (policy && !(await policy.accepts(kind))) return undefined
  const user = await store.findUser(config.issuer, username)
  const correct = await verifyPassword(password, user?.passwordHash ?? decoyHash)
  if (!user || !correct) return undefined
  const session = inCell(cell, randomId())
  const { subject, issuer } = user
  const sid = sidOf(session)
  const ttlS = { web: config.sessionTtlS, device: config.deviceTtlS, mobile: config.refreshTokenTtlS }[kind]
  const expiresAtMs = endOf(ttlS)
  const usedRefreshJti = kind === 'mobile' ? signInParent : undefined
  // Signed first: no session is left behind for which no token could be had.
  const tokens = usedRefreshJti
    ? await mintTokenPair(keyring, config, { subject, sid, clientId, cell, expiresAtMs }, usedRefreshJti)
    : undefined
  const owner = { issuer, subject, username, clientId, scope: undefined }
  await store.addSession({ sid, kind, ...owner, expiresAtMs, usedRefreshJti })
  return { session, subject, expiresAtMs, tokens }
}

async function openApi(
  { store, keyring, cell }: SessionsWorld,
  config: AuthConfig,
  clientId: string,
  scope: string,
) {
  const sid = randomId()
  const nowMs = Date.now()
  const expiresAtMs = wholeEndOf(config.apiTokenTtlS, nowMs)
  const token = { subject: clientId, sid, clientId, scope, cell, expiresAtMs }
  const accessToken = await mintAccessToken(keyring, config, token)
  const session: NewSession = {
    sid,
    kind: 'api',
    issuer: config.issuer,
    subject: clientId,
    username: clientId,
    clientId,
    scope,
    expiresAtMs,
    usedRefreshJti: undefined,
  }
  await store.addSession(session)
  return { accessToken, ttlS: Math.floor((expiresAtMs - nowMs) / 1000) }
}

async function refresh(
  { store, keyring, cell, log }: SessionsWorld,
  config: AuthConfig,
  refreshToken: string,
  clientId: string | undefined,
): Promise<TokenPair | undefined> {
  const claims = await verifyRefreshToken(keyring, config, refreshToken)
  if (!claims) noteReason('the refresh token was not made by this issuer with a key that is known')
  if (!claims || (clientId ?? claims.client_id) !== claims.client_id) return undefined
  const { sid, jti, parent: parentJti } = claims
  const mint = (parent: string, expiresAtMs: number) => {
    const subject = { subject: claims.sub, sid, clientId: claims.client_id, cell, expiresAtMs }
    return mintTokenPair(keyring, config, subject, parent)
  }
  for (let tried = 0; tried < refreshTriesMax; tried += 1) {
    const session = await store.findSession(sid)
    const nowMs = Date.now()
    const graceMs = config.refreshGraceS * 1000
    const decision = decideRefresh(session, { jti, parentJti, nowMs, graceMs })
    if (!session || decision.kind === 'inactive') {
      noteReason(session ? 'the session has ended' : 'no such session')
      return undefined
    }
    if (decision.kind === 'repeat') return mint(decision.parent, session.expiresAtMs)
    if (decision.kind === 'reuse') {
      await store.revokeSession(sid, nowMs)
      log('refresh-token-reused', { sid })
      noteReason('the refresh token was used before')
      return undefined
    }
    const expiresAtMs = endOf(config.refreshTokenTtlS, nowMs)
    // Signed first: a failure in between leaves the presented token unused.
    const tokens = await mint(jti, expiresAtMs)
    const { seenJti, recentRefreshes } = decision
    if (await store.useRefreshToken({ sid, seenJti, jti, recentRefreshes, nowMs, expiresAtMs })) return tokens
  }
  throw new Error(`a refresh of session ${sid} was overtaken ${refreshTriesMax} times`)
}

async function introspect(
  { readSession, keyring, policy }: SessionsWorld,
  config: AuthConfig,
  token: string,
): Promise<ActiveCredential | undefined> {
  if (sessionIdPattern.test(token)) {
    const session = await liveSession({ readSession, policy }, config, ['web', 'device'], sidOf(token))
    return session && active(session, 'session', Math.floor(session.expiresAtMs / 1000))
  }
  const claims = await verifyAccessToken(keyring, config, token)
  if (!claims) noteReason('the token was not made by this issuer with a key that is known, or has run out')
  const session =
    claims && (await liveSession({ readSession, policy }, config, ['mobile', 'api'], claims.sid))
  return session && active(session, 'Bearer', claims.exp)
}

async function revoke({ store, keyring }: SessionsWorld, token: string, onlyOf: string | undefined) {
  const claims = sessionIdPattern.test(token)
    ? { sid: sidOf(token), client_id: undefined }
    : await claimsOfSignedToken(keyring, token)
  if (!claims) return 'done'
  if (onlyOf !== undefined && claims.client_id !== onlyOf) return 'foreign'
  await store.revokeSession(claims.sid, Date.now())
  return 'done'
}

async function liveSession(
  { readSession, policy }: Pick<SessionsWorld, 'readSession' | 'policy'>,
  { issuer }: AuthConfig,
  kinds: readonly Session['kind'][],
  sid: string,
) {
  const session = await readSession(sid)
  const refused = session && policy && !(await policy.accepts(session.kind))
  const why = whyNotLive(session, kinds, issuer) ?? (refused ? 'its kind does not count now' : undefined)
  if (why === undefined) return session
  noteReason(why)
  return undefined
}

function whyNotLive(
  session: Session | undefined,
  kinds: readonly Session['kind'][],
  issuer: string,
): string | undefined {
  if (!session || !kinds.includes(session.kind)) return 'no such session'
  if (session.issuer !== issuer) return 'the session was opened under another issuer'
  if (session.revokedAtMs !== undefined) return 'the session was revoked'
  return session.expiresAtMs > Date.now() ? undefined : 'the session has run out'
}

function active(session: Session, token_type: 'session' | 'Bearer', exp: number): ActiveCredential {
  const { subject, issuer, sid, username, clientId, scope } = session
  const described = { sub: subject, iss: issuer, exp, sid, username, client_id: clientId, token_type }
  return scope === undefined ? described : { ...described, scope }
}
