/**
 * What the harness asks of a database as its owner, for its faults and for what it wants to know at the end. There is no
 * SQL here: each statement is known by how it begins, and does to the tables what it would do to the real ones. One that
 * is not known is refused, so that no fault can seem to have been put on that was not.
 */
import { HarnessError } from '../../errors.ts'
import type { VirtualDatabase } from './database.ts'
import { nameIn, type Row, type SessionRow, type Tables } from './tables.ts'

type Values = readonly unknown[]

interface OwnerStatement {
  /** What tells it from all others; spaces count as one. */
  is: RegExp
  run(database: VirtualDatabase, values: Values, sql: string): Row[]
}

/** What a fault has put aside, by the name of its table. */
interface Touched {
  sid: string
  used_refresh_jti: string | null
  recent_refreshes: unknown
  expires_at_ms: number
  was_new: boolean
}

const all: readonly OwnerStatement[] = [
  {
    is: /^UPDATE sessions SET expires_at_ms = wanted\.ends_at FROM unnest/,
    run({ tables }, [sids, ends]) {
      return (sids as string[]).flatMap((sid, index) => {
        const row = tables.sessions.get(sid)
        if (!row) return []
        row.expires_at_ms = Number((ends as number[])[index])
        tables.store(row)
        return [{ sid }]
      })
    },
  },
  {
    is: /^SELECT sid, username AS account, revoked_at_ms, expires_at_ms FROM sessions/,
    run({ tables }, [sids, accounts]) {
      const [bySid, byAccount] = [new Set(sids as string[]), new Set(accounts as string[])]
      return [...tables.sessions.values()]
        .filter(row => bySid.has(row.sid) || (row.kind === 'device' && byAccount.has(row.username)))
        .sort((a, b) => a.expires_at_ms - b.expires_at_ms)
        .map(row => ({ ...row, account: row.username }))
    },
  },
  { is: /^CREATE TABLE firebreak_kept_\w+ \(LIKE/, run: lose },
  { is: /^INSERT INTO \w+ SELECT \* FROM firebreak_kept_/, run: putBack },
  {
    is: /^SELECT \(SELECT count\(\*\)::int FROM firebreak_kept_/,
    run(database, _values, sql) {
      const table = wordIn(sql, /firebreak_kept_(\w+)/)
      const kept = database.kept.get(`firebreak_kept_${table}`) as Map<string, Row>
      return [{ kept: kept.size, there: tableOf(database.tables, table).size }]
    },
  },
  { is: /^CREATE TABLE firebreak_touched/, run: corrupt },
  {
    is: /^DROP TRIGGER IF EXISTS firebreak_corrupt/,
    run({ tables }) {
      tables.trigger = undefined
      return []
    },
  },
  { is: /^(UPDATE sessions SET expires_at_ms = touched|DROP TABLE firebreak_touched)/, run: mend },
  {
    is: /^SELECT count\(DISTINCT touched\.sid\)/,
    run(database) {
      const touched = new Set(touchedIn(database).map(({ sid }) => sid))
      const broken = [...touched].filter(sid => {
        const row = database.tables.sessions.get(sid)
        return row !== undefined && (row.used_refresh_jti === '' || row.expires_at_ms === 0)
      })
      return [{ broken: broken.length }]
    },
  },
  {
    is: /^ALTER SYSTEM (SET|RESET) default_transaction_read_only/,
    run(database, _values, sql) {
      database.wantsReadOnly = /^ALTER SYSTEM SET/.test(sql)
      return []
    },
  },
  {
    is: /^SELECT pg_reload_conf\(\)/,
    run(database) {
      database.tables.isReadOnly = database.wantsReadOnly
      return []
    },
  },
  {
    is: /^DELETE FROM sessions WHERE false/,
    run({ tables, name }) {
      if (!tables.isReadOnly) return []
      throw new HarnessError(`database ${name}: cannot execute DELETE in a read-only transaction`)
    },
  },
  { is: /^WITH chosen AS \( SELECT sid, row_number\(\)/, run: revokeMany },
  {
    is: /^SELECT count\(\*\)::int AS revoked FROM sessions WHERE revoked_at_ms = \$1/,
    run({ tables }, [atMs]) {
      const revoked = [...tables.sessions.values()].filter(row => row.revoked_at_ms === atMs)
      return [{ revoked: revoked.length }]
    },
  },
  {
    is: /^UPDATE signing_keys SET removed_at_ms = NULL WHERE kid = \$1/,
    run({ tables }, [kid]) {
      for (const key of tables.signingKeys.values()) if (key.kid === kid) key.removed_at_ms = null
      return []
    },
  },
  {
    is: /^UPDATE signing_keys SET drops_older_from_ms = NULL WHERE NOT kid = ANY/,
    run({ tables }, [before]) {
      for (const key of tables.signingKeys.values())
        if (!(before as string[]).includes(key.kid)) key.drops_older_from_ms = null
      return []
    },
  },
  { is: /^CREATE TABLE firebreak_settings AS SELECT name, value FROM settings/, run: unsettle },
  { is: /^UPDATE settings SET value = was\.value FROM firebreak_settings/, run: settle },
  {
    is: /^SELECT value FROM settings WHERE name = \$1/,
    run: ({ tables }, [name]) => [{ value: tables.settings.get(String(name)) }],
  },
  {
    is: /^SELECT relname AS what FROM pg_class WHERE relname LIKE 'firebreak/,
    run: ({ kept, tables }) => [
      ...[...kept.keys()].map(what => ({ what })),
      ...(tables.trigger ? [{ what: 'firebreak_corrupt' }] : []),
    ],
  },
  {
    is: /^SELECT to_regclass\(\$1\) IS NOT NULL AS found/,
    run: ({ kept }, [name]) => [{ found: kept.has(String(name)) }],
  },
  {
    is: /^SELECT pg_logical_emit_message/,
    run: database => [{ position: String(database.replication.mark()) }],
  },
  {
    is: /^SELECT received_lsn >= \$1::pg_lsn AS reached/,
    run: (database, [position]) => [{ ...database.replication.received(Number(position)) }],
  },
]

/** Runs a statement of the owner. Throws HarnessError for one that is not known here. */
export function runOwnerStatement(database: VirtualDatabase, sql: string, values: Values): Row[] {
  const plain = sql.replace(/\s+/g, ' ').trim()
  const known = all.find(({ is }) => is.test(plain))
  if (known) return known.run(database, values, plain)
  throw new HarnessError(
    `database ${database.name}: a simulated database does not know the statement "${plain.slice(0, 80)}"`,
  )
}

function wordIn(sql: string, pattern: RegExp): string {
  return pattern.exec(sql)?.[1] ?? ''
}

function tableOf(tables: Tables, name: string): Map<string, Row> {
  const found = { sessions: tables.sessions, users: tables.users, clients: tables.clients }[name]
  if (found) return found as Map<string, Row>
  throw new HarnessError(`a simulated database has no table "${name}"`)
}

function lose(database: VirtualDatabase, _values: Values, sql: string): Row[] {
  const name = wordIn(sql, /firebreak_kept_(\w+)/)
  const table = tableOf(database.tables, name)
  database.kept.set(`firebreak_kept_${name}`, new Map(table))
  if (name === 'sessions') for (const sid of [...table.keys()]) database.tables.remove(sid)
  else table.clear()
  return []
}

function putBack(database: VirtualDatabase, _values: Values, sql: string): Row[] {
  const name = wordIn(sql, /firebreak_kept_(\w+)/)
  const table = tableOf(database.tables, name)
  const kept = database.kept.get(`firebreak_kept_${name}`) as Map<string, Row> | undefined
  for (const [key, row] of kept ?? []) {
    if (table.has(key)) continue
    if (name === 'sessions') database.tables.store(row as SessionRow)
    else table.set(key, row)
  }
  database.kept.delete(`firebreak_kept_${name}`)
  return []
}

function touchedIn({ kept }: VirtualDatabase): Touched[] {
  return (kept.get('firebreak_touched') as Touched[] | undefined) ?? []
}

function corrupt(database: VirtualDatabase, _values: Values, sql: string): Row[] {
  const touched: Touched[] = []
  database.kept.set('firebreak_touched', touched)
  const events = [
    ...(/UPDATE OF used_refresh_jti/.test(sql) ? ['use'] : []),
    ...(/BEFORE (.* OR )?INSERT ON/.test(sql) ? ['insert'] : []),
  ]
  database.tables.trigger = (row, event) => {
    if (!events.includes(event)) return
    const { sid, used_refresh_jti, recent_refreshes, expires_at_ms } = row
    touched.push({ sid, used_refresh_jti, recent_refreshes, expires_at_ms, was_new: event === 'insert' })
    if (event === 'insert') row.expires_at_ms = 0
    else {
      row.used_refresh_jti = ''
      row.recent_refreshes = []
    }
  }
  return []
}

function mend(database: VirtualDatabase, _values: Values, sql: string): Row[] {
  const touched = sql.startsWith('UPDATE') ? touchedIn(database) : []
  // Only what is broken still; of a session that was touched several times the last is what should be there.
  const used = new Map(touched.filter(({ was_new }) => !was_new).map(each => [each.sid, each]))
  for (const each of [...touched.filter(({ was_new }) => was_new), ...used.values()]) {
    const row = database.tables.sessions.get(each.sid)
    if (!row) continue
    if (each.was_new && row.expires_at_ms === 0) row.expires_at_ms = each.expires_at_ms
    if (!each.was_new && row.used_refresh_jti === '') {
      row.used_refresh_jti = each.used_refresh_jti
      row.recent_refreshes = each.recent_refreshes
    }
    database.tables.store(row)
  }
  database.kept.delete('firebreak_touched')
  return []
}

function unsettle({ kept, tables }: VirtualDatabase, _values: Values, sql: string): Row[] {
  const name = wordIn(sql, /WHERE name = '([^']+)'/)
  kept.set('firebreak_settings', { name, value: tables.settings.get(name) })
  tables.settings.set(name, JSON.parse(wordIn(sql, /SET value = '([^']+)'/)))
  return []
}

function settle({ kept, tables }: VirtualDatabase): Row[] {
  const was = kept.get('firebreak_settings') as { name: string; value: unknown } | undefined
  if (was) tables.settings.set(was.name, was.value)
  kept.delete('firebreak_settings')
  return []
}

function revokeMany({ tables }: VirtualDatabase, [nowMs, kinds, share]: Values): Row[] {
  const chosen = [...tables.sessions.values()]
    .filter(row => row.revoked_at_ms === null && row.expires_at_ms > Number(nowMs))
    .filter(row => (kinds as string[]).includes(row.kind) && partOf(row.username) < Number(share))
    .sort((a, b) => (a.sid < b.sid ? -1 : 1))
  for (const row of chosen) tables.revoke(row, Number(nowMs))
  return []
}

const parts = 10_000

/** A number made of a name: not PostgreSQL's own, but as even. */
function partOf(name: string): number {
  let hash = 0x811c9dc5
  for (const character of nameIn('', name)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return ((hash ^ (hash >>> 13)) >>> 0) % parts
}
