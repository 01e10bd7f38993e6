import type { Pool, QueryResult } from 'pg'
import { z } from 'zod'
import {
  type AuthStore,
  type RefreshResult,
  type Revocation,
  revocationPageMax,
  type Session,
  type SigningKey,
  StoreUnavailable,
  type User,
} from './store.ts'
import { isUnavailable } from './store-postgres-errors.ts'
import { schema, statements } from './store-postgres-schema.ts'

export interface PostgresStore extends AuthStore {
  /** Creates the tables that are missing. Processes that start together take turns. */
  migrate(): Promise<void>
}

/** Any fixed number; it names the migration among the database's advisory locks. */
const migrationLock = 727_113

// pg gives bigint as text.
const milliseconds = z.coerce.number()
const userRow = z
  .object({ issuer: z.string(), username: z.string(), subject: z.string(), password_hash: z.string() })
  .transform(({ password_hash, ...rest }): User => ({ ...rest, passwordHash: password_hash }))
const sessionRow = z
  .object({
    sid: z.string(),
    kind: z.enum(['web', 'mobile']),
    issuer: z.string(),
    subject: z.string(),
    username: z.string(),
    expires_at_ms: milliseconds,
    used_refresh_jti: z.string().nullable(),
    revoked_at_ms: milliseconds.nullable(),
  })
  .transform(
    ({ expires_at_ms, used_refresh_jti, revoked_at_ms, ...rest }): Session => ({
      ...rest,
      expiresAtMs: expires_at_ms,
      usedRefreshJti: used_refresh_jti ?? undefined,
      revokedAtMs: revoked_at_ms ?? undefined,
    }),
  )
const revocationRow = z
  .object({ sid: z.string(), revoked_at_ms: milliseconds, revocation_seq: milliseconds })
  .transform(
    ({ sid, revoked_at_ms, revocation_seq }): Revocation => ({
      sid,
      atMs: revoked_at_ms,
      seq: revocation_seq,
    }),
  )
const keyRow = z
  .object({ generation: z.number(), kid: z.string(), private_jwk: z.looseObject({ kty: z.string() }) })
  .transform(({ generation, kid, private_jwk }): SigningKey => ({ generation, kid, privateJwk: private_jwk }))

/**
 * A store in PostgreSQL. What the database cannot answer now is thrown as StoreUnavailable.
 * The pool's owner sets its limits. `statement_timeout` is kept by the server, so it does not help when the network
 * is cut: set `query_timeout` and `connectionTimeoutMillis` as well.
 */
export function createPostgresStore(pool: Pool): PostgresStore {
  // An idle connection that breaks is emitted here and would end the process; the next query says what is wrong.
  pool.on('error', () => {})

  async function run(name: keyof typeof statements, values: unknown[]): Promise<QueryResult> {
    try {
      return await pool.query({ name, text: statements[name], values })
    } catch (error) {
      throw unavailableOr(error, name)
    }
  }
  async function first<T>(row: z.ZodType<T>, name: keyof typeof statements, values: unknown[]) {
    const { rows } = await run(name, values)
    return rows.length > 0 ? row.parse(rows[0]) : undefined
  }
  async function all<T>(row: z.ZodType<T>, name: keyof typeof statements, values: unknown[]) {
    const { rows } = await run(name, values)
    return rows.map(found => row.parse(found))
  }

  return {
    migrate: () => migrate(pool),

    async addUsers({ issuer, passwordHash, users }) {
      const usernames = users.map(user => user.username)
      const subjects = users.map(user => user.subject)
      const { rowCount } = await run('addUsers', [issuer, passwordHash, usernames, subjects])
      return rowCount ?? 0
    },

    findUser: (issuer, username) => first(userRow, 'findUser', [issuer, username]),

    async hasUsers(issuer) {
      const { rows } = await run('hasUsers', [issuer])
      return rows[0]?.found === true
    },

    async addSession(session) {
      const { sid, kind, issuer, subject, username, expiresAtMs, usedRefreshJti } = session
      await run('addSession', [sid, kind, issuer, subject, username, expiresAtMs, usedRefreshJti])
    },

    findSession: sid => first(sessionRow, 'findSession', [sid]),

    async useRefreshToken({ sid, jti, parentJti, nowMs, expiresAtMs }): Promise<RefreshResult> {
      const { rowCount } = await run('useRefreshToken', [sid, jti, parentJti, nowMs, expiresAtMs])
      if (rowCount === 1) return 'rotated'
      const session = await first(sessionRow, 'findSession', [sid])
      if (session?.usedRefreshJti === undefined) return 'inactive'
      return session.revokedAtMs === undefined && session.expiresAtMs > nowMs ? 'reused' : 'inactive'
    },

    async revokeSession(sid, nowMs) {
      const { rowCount } = await run('revokeSession', [sid, nowMs])
      return rowCount === 1
    },

    revocationsAfter: (seq, nowMs) => all(revocationRow, 'revocationsAfter', [seq, nowMs, revocationPageMax]),

    async addSigningKey({ generation, kid, privateJwk }) {
      await run('addSigningKey', [generation, kid, privateJwk])
    },

    signingKeys: () => all(keyRow, 'signingKeys', []),
  }
}

async function migrate(pool: Pool): Promise<void> {
  try {
    // One simple query is one transaction: the lock is held until all of it is done.
    await pool.query(`SELECT pg_advisory_xact_lock(${migrationLock}); ${schema}`)
  } catch (error) {
    throw unavailableOr(error, 'migrate')
  }
}

function unavailableOr(error: unknown, action: string): unknown {
  if (!isUnavailable(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new StoreUnavailable(`the database cannot answer "${action}" now: ${reason}`, { cause: error })
}
