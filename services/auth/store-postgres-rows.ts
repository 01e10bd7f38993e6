/** What the rows of the database look like, and what they become. */
import { z } from 'zod'
import {
  type Client,
  type Revocation,
  type Session,
  type SigningKey,
  sessionKinds,
  type User,
} from './store.ts'

// pg gives bigint as text.
const milliseconds = z.coerce.number()
const maybeMilliseconds = z.union([z.null(), milliseconds])

export const userRow = z
  .object({ issuer: z.string(), username: z.string(), subject: z.string(), password_hash: z.string() })
  .transform(({ password_hash, ...rest }): User => ({ ...rest, passwordHash: password_hash }))

export const clientRow = z
  .object({
    issuer: z.string(),
    client_id: z.string(),
    secret_hash: z.string(),
    scopes: z.array(z.string()),
  })
  .transform(
    ({ issuer, client_id, secret_hash, scopes }): Client => ({
      issuer,
      clientId: client_id,
      secretHash: secret_hash,
      scopes,
    }),
  )

export const sessionRow = z
  .object({
    sid: z.string(),
    kind: z.enum(sessionKinds),
    issuer: z.string(),
    subject: z.string(),
    username: z.string(),
    client_id: z.string(),
    scope: z.string().nullable(),
    expires_at_ms: milliseconds,
    used_refresh_jti: z.string().nullable(),
    recent_refreshes: z.array(z.object({ jti: z.string(), atMs: z.number() })),
    revoked_at_ms: maybeMilliseconds,
  })
  .transform(
    ({
      client_id,
      scope,
      expires_at_ms,
      used_refresh_jti,
      recent_refreshes,
      revoked_at_ms,
      ...rest
    }): Session => ({
      ...rest,
      clientId: client_id,
      scope: scope ?? undefined,
      expiresAtMs: expires_at_ms,
      usedRefreshJti: used_refresh_jti ?? undefined,
      recentRefreshes: recent_refreshes,
      revokedAtMs: revoked_at_ms ?? undefined,
    }),
  )

export const revocationRow = z
  .object({ sid: z.string(), revoked_at_ms: milliseconds, revocation_seq: milliseconds })
  .transform(
    ({ sid, revoked_at_ms, revocation_seq }): Revocation => ({
      sid,
      atMs: revoked_at_ms,
      seq: revocation_seq,
    }),
  )

export const keyRow = z
  .object({
    generation: z.number(),
    kid: z.string(),
    private_jwk: z.looseObject({ kty: z.string() }),
    signs_from_ms: milliseconds,
    drops_older_from_ms: maybeMilliseconds,
    removed_at_ms: maybeMilliseconds,
  })
  .transform(
    ({ private_jwk, signs_from_ms, drops_older_from_ms, removed_at_ms, ...rest }): SigningKey => ({
      ...rest,
      privateJwk: private_jwk,
      signsFromMs: signs_from_ms,
      dropsOlderFromMs: drops_older_from_ms ?? undefined,
      removedAtMs: removed_at_ms ?? undefined,
    }),
  )
