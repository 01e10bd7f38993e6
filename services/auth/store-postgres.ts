import type { Pool, QueryConfig, QueryResult } from 'pg'
import type { z } from 'zod'
import {
  type AuthStore,
  type ClientStore,
  type KeyStore,
  type RevocationStore,
  revocationPageMax,
  type SessionStore,
  StoreUnavailable,
  type UserStore,
} from './store.ts'
import { isUnavailable, leavesConnection } from './store-postgres-errors.ts'
import { clientRow, keyRow, revocationRow, sessionRow, userRow } from './store-postgres-rows.ts'
import { schema, statements } from './store-postgres-schema.ts'

export interface PostgresStore extends AuthStore {
  /** Creates the tables that are missing. Processes that start together take turns. */
  migrate(): Promise<void>
}

/** Any fixed number; it names the migration among the database's advisory locks. */
const migrationLock = 727_113

/**
 * A store in PostgreSQL. What the database cannot answer now is thrown as StoreUnavailable.
 * The pool's owner sets its limits. `statement_timeout` is kept by the server, so it does not help when the network
 * is cut: set `query_timeout` and `connectionTimeoutMillis` as well.
 */
export function createPostgresStore(pool: Pool): PostgresStore {
  // An idle connection that breaks is emitted here and would end the process; the next query says what is wrong.
  pool.on('error', () => {})
  const queries = new Queries(pool)
  return {
    migrate: () => migrate(pool),
    ...userStore(queries),
    ...clientStore(queries),
    ...sessionStore(queries),
    ...revocationStore(queries),
    ...keyStore(queries),
    findSetting: async name => (await queries.run('findSetting', [name])).rows[0]?.value,
  }
}

type StatementName = keyof typeof statements

/** Runs the prepared statements, and tells a database that is away from a mistake of ours. */
class Queries {
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async run(name: StatementName, values: unknown[]): Promise<QueryResult> {
    try {
      return await queryOn(this.#pool, { name, text: statements[name], values })
    } catch (error) {
      throw unavailableOr(error, name)
    }
  }

  /** How many rows a statement touched. */
  async count(name: StatementName, values: unknown[]): Promise<number> {
    return (await this.run(name, values)).rowCount ?? 0
  }

  async first<T>(row: z.ZodType<T>, name: StatementName, values: unknown[]): Promise<T | undefined> {
    const { rows } = await this.run(name, values)
    return rows.length > 0 ? row.parse(rows[0]) : undefined
  }

  async all<T>(row: z.ZodType<T>, name: StatementName, values: unknown[]): Promise<T[]> {
    const { rows } = await this.run(name, values)
    return rows.map(found => row.parse(found))
  }
}

function userStore(queries: Queries): UserStore {
  return {
    addUsers: ({ issuer, passwordHash, users }) => {
      const usernames = users.map(user => user.username)
      const subjects = users.map(user => user.subject)
      return queries.count('addUsers', [issuer, passwordHash, usernames, subjects])
    },
    findUser: (issuer, username) => queries.first(userRow, 'findUser', [issuer, username]),
    async hasUsers(issuer) {
      const { rows } = await queries.run('hasUsers', [issuer])
      return rows[0]?.found === true
    },
  }
}

function clientStore(queries: Queries): ClientStore {
  return {
    addClients: ({ issuer, secretHash, scopes, clientIds }) =>
      queries.count('addClients', [issuer, secretHash, scopes, clientIds]),
    findClient: (issuer, clientId) => queries.first(clientRow, 'findClient', [issuer, clientId]),
  }
}

function sessionStore(queries: Queries): SessionStore {
  return {
    async addSession({ sid, kind, issuer, subject, username, clientId, scope, expiresAtMs, usedRefreshJti }) {
      const owner = [issuer, subject, username, clientId, scope]
      await queries.run('addSession', [sid, kind, ...owner, expiresAtMs, usedRefreshJti])
    },
    findSession: sid => queries.first(sessionRow, 'findSession', [sid]),
    async useRefreshToken({ sid, seenJti, jti, recentRefreshes, nowMs, expiresAtMs }) {
      const recent = JSON.stringify(recentRefreshes)
      return (await queries.count('useRefreshToken', [sid, seenJti, jti, recent, nowMs, expiresAtMs])) === 1
    },
    pruneSessions: (beforeMs, max) => queries.count('pruneSessions', [beforeMs, max]),
  }
}

function revocationStore(queries: Queries): RevocationStore {
  return {
    revokeSession: async (sid, nowMs) => (await queries.count('revokeSession', [sid, nowMs])) === 1,
    revocationsAfter: (seq, nowMs) =>
      queries.all(revocationRow, 'revocationsAfter', [seq, nowMs, revocationPageMax]),
  }
}

function keyStore(queries: Queries): KeyStore {
  return {
    async addSigningKey({ generation, kid, privateJwk, signsFromMs, dropsOlderFromMs }) {
      await queries.run('addSigningKey', [generation, kid, privateJwk, signsFromMs, dropsOlderFromMs])
    },
    async removeSigningKey(kid, nowMs) {
      await queries.run('removeSigningKey', [kid, nowMs])
    },
    signingKeys: () => queries.all(keyRow, 'signingKeys', []),
  }
}

/**
 * The pool's own `query` closes the connection after any error. A server that refuses statements, as one that is read-only
 * does, would have to greet a new one for each, which costs it far more than the refusal.
 */
async function queryOn(pool: Pool, query: QueryConfig): Promise<QueryResult> {
  const client = await pool.connect()
  // What breaks the connection is told by the query; without a listener it would end the process too.
  client.on('error', ignore)
  try {
    const result = await client.query(query)
    client.release()
    return result
  } catch (error) {
    client.release(!leavesConnection(error))
    throw error
  } finally {
    client.off('error', ignore)
  }
}

const ignore = () => {}

async function migrate(pool: Pool): Promise<void> {
  try {
    // One simple query is one transaction: the lock is held until all of it is done.
    await queryOn(pool, { text: `SELECT pg_advisory_xact_lock(${migrationLock}); ${schema}` })
  } catch (error) {
    throw unavailableOr(error, 'migrate')
  }
}

function unavailableOr(error: unknown, action: string): unknown {
  if (!isUnavailable(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new StoreUnavailable(`the database cannot answer "${action}" now: ${reason}`, { cause: error })
}
