import type { JWK } from 'jose'

/**
 * What auth remembers. Users, clients and sessions belong to an issuer, as a `sub` is unique only within its `iss`.
 * Times are milliseconds since the epoch and always given by the caller: a store has no clock.
 */
export interface AuthStore
  extends UserStore,
    ClientStore,
    SessionStore,
    RevocationStore,
    KeyStore,
    SettingStore {}

export interface UserStore {
  /** Adds users that share one password hash; those that exist are left as they are. Gives the number added. */
  addUsers(batch: UserBatch): Promise<number>
  findUser(issuer: string, username: string): Promise<User | undefined>
  hasUsers(issuer: string): Promise<boolean>
}

export interface ClientStore {
  /** Adds clients that share one secret and scopes; those that exist are left as they are. Gives the number added. */
  addClients(batch: ClientBatch): Promise<number>
  findClient(issuer: string, clientId: string): Promise<Client | undefined>
}

export interface SessionStore {
  addSession(session: NewSession): Promise<void>
  findSession(sid: string): Promise<Session | undefined>
  /**
   * Notes the use of a refresh token, if the one last used is still `seenJti` and the session lives. False otherwise:
   * somebody was faster, or the session has ended; read it again.
   */
  useRefreshToken(use: RefreshUse): Promise<boolean>
  /** Forgets sessions that ended before `beforeMs`, `max` at most. Gives the number forgotten. */
  pruneSessions(beforeMs: number, max: number): Promise<number>
}

export interface RevocationStore {
  /** Revokes a session for good and gives it the next sequence number. False if it is unknown or revoked already. */
  revokeSession(sid: string, nowMs: number): Promise<boolean>
  /**
   * Sessions revoked with a sequence number above `seq`, in its order, that would still live at `nowMs`.
   * Whoever sees a number sees every smaller one in the same or an earlier answer. At most `revocationPageMax`.
   */
  revocationsAfter(seq: number, nowMs: number): Promise<Revocation[]>
}

export interface KeyStore {
  /** Adds a signing key unless there is one of that generation. */
  addSigningKey(key: NewSigningKey): Promise<void>
  /** Marks a key as removed; it stays listed, so that its generation is not given again. */
  removeSigningKey(kid: string, nowMs: number): Promise<void>
  /** All signing keys ever, removed ones too, oldest generation first. */
  signingKeys(): Promise<SigningKey[]>
}

export interface SettingStore {
  /** The value of a setting as an operator left it, of whatever form; undefined if there is none. */
  findSetting(name: string): Promise<unknown>
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

/** A system that calls an API on its own behalf. */
export interface Client {
  issuer: string
  clientId: string
  secretHash: string
  scopes: readonly string[]
}

export interface ClientBatch {
  issuer: string
  secretHash: string
  scopes: readonly string[]
  clientIds: readonly string[]
}

export const sessionKinds = ['web', 'mobile', 'device', 'api'] as const
export type SessionKind = (typeof sessionKinds)[number]

export interface NewSession {
  /** Public name of the session: the hash of its secret id, where it has one. */
  sid: string
  kind: SessionKind
  issuer: string
  subject: string
  username: string
  /** The client that opened it, or that it belongs to. */
  clientId: string
  /** What its tokens may do, names separated by spaces; undefined for a user's session. */
  scope: string | undefined
  expiresAtMs: number
  /** The refresh token last used (its `jti`); what the first one names as its parent. Mobile only. */
  usedRefreshJti: string | undefined
}

export interface Session extends NewSession {
  revokedAtMs: number | undefined
  /** Refresh tokens used lately, in order; the last is `usedRefreshJti`, once one has been used. */
  recentRefreshes: readonly UsedRefresh[]
}

export interface UsedRefresh {
  jti: string
  atMs: number
}

export interface RefreshUse {
  sid: string
  seenJti: string
  /** The token now used. */
  jti: string
  recentRefreshes: readonly UsedRefresh[]
  nowMs: number
  /** The session's new end; never earlier than it was, since tokens of it may live until then. */
  expiresAtMs: number
}

export interface Revocation {
  sid: string
  atMs: number
  seq: number
}

export const revocationPageMax = 10_000

export interface NewSigningKey {
  /** 1 for the first key. */
  generation: number
  kid: string
  privateJwk: JWK
  /** When it begins to sign. It is published at once. */
  signsFromMs: number
  /** When the keys before it are neither published nor accepted any more; undefined for never. */
  dropsOlderFromMs: number | undefined
}

export interface SigningKey extends NewSigningKey {
  removedAtMs: number | undefined
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
