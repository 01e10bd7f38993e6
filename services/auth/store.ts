import type { JWK } from 'jose'

/**
 * What auth remembers. Users and sessions belong to an issuer, as a `sub` is unique only within its `iss`.
 * Times are milliseconds since the epoch and always given by the caller: a store has no clock.
 */
export interface AuthStore {
  /** Adds users that share one password hash; those that exist are left as they are. Gives the number added. */
  addUsers(batch: UserBatch): Promise<number>
  findUser(issuer: string, username: string): Promise<User | undefined>
  hasUsers(issuer: string): Promise<boolean>
  addSession(session: NewSession): Promise<void>
  findSession(sid: string): Promise<Session | undefined>
  /** Uses a refresh token once, atomically. Never revokes. */
  useRefreshToken(use: RefreshUse): Promise<RefreshResult>
  /** Revokes a session for good and gives it the next sequence number. False if it is unknown or revoked already. */
  revokeSession(sid: string, nowMs: number): Promise<boolean>
  /**
   * Sessions revoked with a sequence number above `seq`, in its order, that would still live at `nowMs`.
   * Whoever sees a number sees every smaller one in the same or an earlier answer. At most `revocationPageMax`.
   */
  revocationsAfter(seq: number, nowMs: number): Promise<Revocation[]>
  /** Adds a signing key unless there is one of that generation. */
  addSigningKey(key: SigningKey): Promise<void>
  /** All signing keys, oldest generation first. */
  signingKeys(): Promise<SigningKey[]>
}

export interface User {
  issuer: string
  username: string
  subject: string
  passwordHash: string
}

export interface UserBatch {
  issuer: string
  passwordHash: string
  users: readonly { username: string; subject: string }[]
}

export type SessionKind = 'web' | 'mobile'

export interface NewSession {
  /** Public name of the session: the hash of its secret id. */
  sid: string
  kind: SessionKind
  issuer: string
  subject: string
  username: string
  expiresAtMs: number
  /** The refresh token last used (its `jti`); what the first one names as its parent. Undefined for web. */
  usedRefreshJti: string | undefined
}

export interface Session extends NewSession {
  revokedAtMs: number | undefined
}

export interface RefreshUse {
  sid: string
  /** The presented token, and the token that it was given for. */
  jti: string
  parentJti: string
  nowMs: number
  /** The session's new end; never earlier than it was, since tokens of it may live until then. */
  expiresAtMs: number
}

/**
 * `rotated`: the token is one that was given for the last used one, or the last used one again.
 * `reused`: an older one, on a live session. `inactive`: the session is unknown, revoked or expired.
 */
export type RefreshResult = 'rotated' | 'reused' | 'inactive'

export interface Revocation {
  sid: string
  atMs: number
  seq: number
}

export const revocationPageMax = 10_000

export interface SigningKey {
  /** 1 for the first key; the highest signs. */
  generation: number
  kid: string
  privateJwk: JWK
}

/** The store cannot answer now: refused, timed out, cut off, or not accepting writes. Nothing is known; try later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/**
 * The sequence number after `last`. It follows the clock, so that a store that lost everything goes on above the
 * numbers that its readers have seen, and counts where the clock stands still or goes back.
 */
export function nextRevocationSeq(last: number, nowMs: number): number {
  return Math.max(last + 1, nowMs)
}
