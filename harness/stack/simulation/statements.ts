/** Auth's own statements (services/auth/store-postgres-schema.ts), by their names. */
import type { statements } from '../../../services/auth/store-postgres-schema.ts'
import type { DatabaseAnswer } from './messages.ts'
import {
  answerOf,
  type KeyRow,
  nameIn,
  type Row,
  readOnlyRefusal,
  type SessionRow,
  type Tables,
} from './tables.ts'

export type StatementName = keyof typeof statements
type Values = readonly unknown[]

interface Statement {
  /** What it is called where it is refused: a write. */
  writes?: 'INSERT' | 'UPDATE' | 'DELETE'
  run(tables: Tables, values: Values): DatabaseAnswer
}

const all: Record<StatementName, Statement> = {
  addUsers: {
    writes: 'INSERT',
    run({ users }, [issuer, password_hash, usernames, subjects]) {
      const rows = (usernames as string[]).map((username, index) => ({
        ...{ issuer, username, password_hash },
        subject: (subjects as string[])[index],
      }))
      return added(users, rows, row => nameIn(issuer, row.username))
    },
  },
  findUser: { run: ({ users }, [issuer, username]) => found(users.get(nameIn(issuer, username))) },
  hasUsers: {
    run: ({ users }, [issuer]) =>
      answerOf([{ found: [...users.values()].some(row => row.issuer === issuer) }]),
  },
  addClients: {
    writes: 'INSERT',
    run({ clients }, [issuer, secret_hash, scopes, ids]) {
      const rows = (ids as string[]).map(client_id => ({ issuer, client_id, secret_hash, scopes }))
      return added(clients, rows, row => nameIn(issuer, row.client_id))
    },
  },
  findSetting: {
    run: ({ settings }, [name]) =>
      answerOf(settings.has(String(name)) ? [{ value: settings.get(String(name)) }] : []),
  },
  findClient: { run: ({ clients }, [issuer, id]) => found(clients.get(nameIn(issuer, id))) },
  addSession: { writes: 'INSERT', run: addSession },
  findSession: { run: ({ sessions }, [sid]) => found(sessions.get(String(sid))) },
  useRefreshToken: {
    writes: 'UPDATE',
    run(tables, [sid, seen, jti, recent, nowMs, endMs]) {
      const row = tables.sessions.get(String(sid))
      if (row?.used_refresh_jti !== seen || row === undefined) return answerOf([])
      if (row.revoked_at_ms !== null || row.expires_at_ms <= Number(nowMs)) return answerOf([])
      row.used_refresh_jti = String(jti)
      row.recent_refreshes = JSON.parse(String(recent))
      row.expires_at_ms = Math.max(row.expires_at_ms, Number(endMs))
      tables.store(row, 'use')
      return answerOf([], 1)
    },
  },
  pruneSessions: {
    writes: 'DELETE',
    run(tables, [beforeMs, limit]) {
      const ended = [...tables.sessions.values()]
        .filter(row => row.expires_at_ms < Number(beforeMs))
        .sort((a, b) => a.expires_at_ms - b.expires_at_ms)
        .slice(0, Number(limit))
      for (const { sid } of ended) tables.remove(sid)
      return answerOf([], ended.length)
    },
  },
  revokeSession: {
    writes: 'UPDATE',
    run(tables, [sid, nowMs]) {
      const row = tables.sessions.get(String(sid))
      if (row?.revoked_at_ms !== null || row === undefined) return answerOf([])
      tables.revoke(row, Number(nowMs))
      return answerOf([], 1)
    },
  },
  revocationsAfter: {
    run: (tables, [seq, nowMs, limit]) =>
      answerOf(tables.revokedAfter(Number(seq), Number(nowMs), Number(limit)).map(row => ({ ...row }))),
  },
  addSigningKey: {
    writes: 'INSERT',
    run({ signingKeys }, [generation, kid, private_jwk, signsFromMs, dropsOlderFromMs]) {
      if (signingKeys.has(Number(generation))) return answerOf([])
      signingKeys.set(Number(generation), {
        generation: Number(generation),
        kid: String(kid),
        private_jwk,
        signs_from_ms: Number(signsFromMs),
        drops_older_from_ms: (dropsOlderFromMs as number | undefined) ?? null,
        removed_at_ms: null,
      })
      return answerOf([], 1)
    },
  },
  removeSigningKey: {
    writes: 'UPDATE',
    run({ signingKeys }, [kid, nowMs]) {
      const removed = [...signingKeys.values()].filter(key => key.kid === kid && key.removed_at_ms === null)
      for (const key of removed) key.removed_at_ms = Number(nowMs)
      return answerOf([], removed.length)
    },
  },
  signingKeys: {
    run: ({ signingKeys }) =>
      answerOf(
        [...signingKeys.values()]
          .map((row): KeyRow => ({ ...row }))
          .sort((a, b) => a.generation - b.generation),
      ),
  },
}

/** Runs one. Undefined for a name that is none of auth's. */
export function runStatement(tables: Tables, name: string, values: Values): DatabaseAnswer | undefined {
  if (!Object.hasOwn(all, name)) return undefined
  const { writes, run } = all[name as StatementName]
  return writes && tables.isReadOnly ? readOnlyRefusal(writes) : run(tables, values)
}

function addSession(tables: Tables, values: Values): DatabaseAnswer {
  const [sid, kind, issuer, subject, username, client_id, scope, expiresAtMs, usedRefreshJti] = values
  if (tables.sessions.has(String(sid))) {
    const message = 'duplicate key value violates unique constraint "sessions_pkey"'
    return { rows: [], rowCount: 0, error: { code: '23505', message } }
  }
  const row: SessionRow = {
    ...{ sid: String(sid), kind: String(kind), issuer: String(issuer), subject: String(subject) },
    ...{ username: String(username), client_id: String(client_id) },
    scope: (scope as string | undefined) ?? null,
    expires_at_ms: Number(expiresAtMs),
    used_refresh_jti: (usedRefreshJti as string | undefined) ?? null,
    recent_refreshes: [],
    revoked_at_ms: null,
    revocation_seq: null,
  }
  tables.store(row, 'insert')
  return answerOf([], 1)
}

function added(table: Map<string, Row>, rows: readonly Row[], keyOf: (row: Row) => string): DatabaseAnswer {
  const before = table.size
  for (const row of rows) if (!table.has(keyOf(row))) table.set(keyOf(row), row)
  return answerOf([], table.size - before)
}

function found(row: Row | undefined): DatabaseAnswer {
  return answerOf(row === undefined ? [] : [{ ...row }])
}
