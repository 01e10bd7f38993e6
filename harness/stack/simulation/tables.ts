/**
 * What auth keeps in PostgreSQL, in memory: the tables of services/auth/store-postgres-schema.ts with what can be seen of
 * them from outside. Each statement is one transaction, and comes to pass as a whole or not at all; names are unique;
 * a database that is read-only refuses writes with the code of the real one.
 */
import type { DatabaseAnswer } from './messages.ts'

export interface SessionRow extends Record<string, unknown> {
  sid: string
  kind: string
  issuer: string
  subject: string
  username: string
  client_id: string
  scope: string | null
  expires_at_ms: number
  used_refresh_jti: string | null
  recent_refreshes: unknown
  revoked_at_ms: number | null
  revocation_seq: number | null
}

export interface KeyRow extends Record<string, unknown> {
  generation: number
  kid: string
  private_jwk: unknown
  signs_from_ms: number
  drops_older_from_ms: number | null
  removed_at_ms: number | null
}

export type Row = Record<string, unknown>

/** A trigger of sessions: told of a row that is about to be stored, it may change it. */
export type Trigger = (row: SessionRow, event: 'insert' | 'use') => void

export class Tables {
  readonly users = new Map<string, Row>()
  readonly clients = new Map<string, Row>()
  readonly sessions = new Map<string, SessionRow>()
  readonly signingKeys = new Map<number, KeyRow>()
  /** As the migration writes them. */
  readonly settings = new Map<string, unknown>([['credential-kinds', ['web', 'mobile', 'device', 'api']]])
  revocationCounter = 0
  isReadOnly = false
  trigger: Trigger | undefined
  /** Told of each session that is stored or, undefined, deleted: what is sent to a replica. */
  changed: (sid: string, row: SessionRow | undefined) => void = () => {}
  /** Revoked sessions, in the order of their numbers. */
  #revoked: SessionRow[] = []

  /** Stores a session as it is now; of a new one its trigger is told first. */
  store(row: SessionRow, event?: 'insert' | 'use'): void {
    if (event) this.trigger?.(row, event)
    this.sessions.set(row.sid, row)
    this.changed(row.sid, row)
  }

  remove(sid: string): void {
    if (!this.sessions.delete(sid)) return
    this.changed(sid, undefined)
  }

  revoke(row: SessionRow, nowMs: number): void {
    this.revocationCounter = Math.max(this.revocationCounter + 1, nowMs)
    row.revoked_at_ms = nowMs
    row.revocation_seq = this.revocationCounter
    this.#revoked.push(row)
    this.store(row)
  }

  revokedAfter(seq: number, nowMs: number, limit: number): SessionRow[] {
    const found: SessionRow[] = []
    for (let at = this.#revoked.length - 1; at >= 0; at -= 1) {
      const row = this.#revoked[at] as SessionRow
      if ((row.revocation_seq ?? 0) <= seq) break
      if (row.expires_at_ms > nowMs && this.sessions.get(row.sid) === row) found.push(row)
    }
    return found.reverse().slice(0, limit)
  }
}

export const nameIn = (issuer: unknown, name: unknown) => JSON.stringify([issuer, name])

export const answerOf = (rows: readonly Row[], rowCount = rows.length): DatabaseAnswer => ({ rows, rowCount })

/** As PostgreSQL refuses it. */
export function readOnlyRefusal(command: string): DatabaseAnswer {
  const message = `cannot execute ${command} in a read-only transaction`
  return { rows: [], rowCount: 0, error: { code: '25006', message } }
}
