/** What auth's own store says of the crowd's sessions: it is asked as its owner, over links that no fault may touch. */
import { type Expiring, revocationBoundMs } from '../crowd/crowd.ts'
import { HarnessError } from '../errors.ts'
import type { Standing } from '../outcome/attribution.ts'
import type { DeadSessionProbe, History, SessionEvent } from '../outcome/history.ts'
import { isGood } from '../outcome/traffic.ts'
import type { DatabaseControl } from '../stack/database-control.ts'
import type { Stack } from '../stack/stack.ts'
import { isReplica } from '../stack/stack-replica.ts'

type Stores = Pick<Stack, 'databases'>

/** Lets sessions run out at their times, counted from the start of the timeline, `beginsAtMs` since the epoch. */
export async function letRunOut(
  stores: Stores,
  expiring: readonly Expiring[],
  beginsAtMs: number,
): Promise<void> {
  if (expiring.length === 0) return
  const sids = expiring.map(({ sid }) => sid)
  const ends = expiring.map(({ inMs }) => beginsAtMs + inMs)
  const changed = await inEach(stores, database => database.query(expireSql, [sids, ends]))
  if (changed.length !== expiring.length)
    throw new HarnessError(
      `${expiring.length} sessions were to run out, but ${changed.length} are known to auth`,
    )
}

const expireSql = `
  UPDATE sessions SET expires_at_ms = wanted.ends_at
  FROM unnest($1::text[], $2::bigint[]) AS wanted (sid, ends_at)
  WHERE sessions.sid = wanted.sid RETURNING sessions.sid`

/** What the store has of one session. */
interface Row extends Record<string, unknown> {
  sid: string
  account: string
  revoked_at_ms: string | null
  expires_at_ms: string
}

export interface SessionTruth {
  /** By session, of those that were forced out; none of those that cannot be told apart there. */
  standings: Map<string, Standing>
  /** The history as it is seen by auth: who lost a session that had been revoked on purpose was not forced out. */
  history: Pick<History, 'sessions' | 'deadSessionProbes'>
}

/**
 * Asks about every session of a history, after it has ended. `zeroMs`: when its timeline began, ms since the epoch.
 * `revokedAtMs`: when faults revoked sessions on purpose.
 */
export async function sessionTruth(
  stores: Stores,
  history: Pick<History, 'intents' | 'sessions' | 'deadSessionProbes'>,
  { zeroMs, revokedAtMs }: { zeroMs: number; revokedAtMs: readonly number[] },
): Promise<SessionTruth> {
  const opened = history.sessions.filter(({ type }) => type === 'opened')
  const forcedOut = history.sessions.filter(({ type }) => type === 'forced-out')
  if (forcedOut.length === 0 && revokedAtMs.length === 0) return { standings: new Map(), history }
  const rows = await rowsOf(stores, opened)
  const revokedAt = (event: SessionEvent) => {
    const at = Number(rows.get(event.session)?.revoked_at_ms ?? Number.NaN)
    return revokedAtMs.includes(at) ? at - zeroMs : undefined
  }
  const revoked = new Map(
    opened.flatMap(event => {
      const at = revokedAt(event)
      return at === undefined ? [] : [[event.session, { event, at }] as const]
    }),
  )
  const sessions = history.sessions.map((event): SessionEvent => {
    const atStore = revoked.get(event.session)?.at
    return event.type === 'forced-out' && atStore !== undefined && atStore <= event.at
      ? { ...event, type: 'revoked' }
      : event
  })
  const standings = new Map(
    forcedOut
      .filter(({ session }) => opened.some(each => each.session === session && nameOf(each) !== undefined))
      .map(({ session, at }) => [session, standingOf(rows.get(session), zeroMs + at)]),
  )
  const probes = [...revoked.values()].flatMap(each => servedAfter(each, history))
  return { standings, history: { sessions, deadSessionProbes: [...history.deadSessionProbes, ...probes] } }
}

/** The rows of sessions, by the crowd's name for each. */
async function rowsOf(stores: Stores, opened: readonly SessionEvent[]): Promise<Map<string, Row>> {
  const sids = opened.flatMap(({ sid }) => sid ?? [])
  const accounts = opened.flatMap(({ sid, account }) => (sid === undefined ? (account ?? []) : []))
  const found = await inEach(stores, database => database.query<Row>(standingSql, [sids, accounts]))
  const bySid = new Map(found.map(row => [row.sid, row]))
  // Of an account the first row is its first session: those that come later end later.
  const byAccount = Map.groupBy(found, ({ account }) => account)
  const used = new Map<string, number>()
  return new Map(
    opened.flatMap(({ session, sid, account }) => {
      if (sid !== undefined) return bySid.has(sid) ? [[session, bySid.get(sid) as Row] as const] : []
      if (account === undefined) return []
      const place = used.get(account) ?? 0
      used.set(account, place + 1)
      const row = byAccount.get(account)?.[place]
      return row ? [[session, row] as const] : []
    }),
  )
}

const standingSql = `
  SELECT sid, username AS account, revoked_at_ms, expires_at_ms FROM sessions
  WHERE sid = ANY($1::text[]) OR (kind = 'device' AND username = ANY($2::text[]))
  ORDER BY expires_at_ms`

function nameOf({ sid, account }: SessionEvent): string | undefined {
  return sid ?? account
}

function standingOf(row: Row | undefined, atMs: number): Standing {
  if (!row) return 'gone'
  if (row.revoked_at_ms !== null && Number(row.revoked_at_ms) <= atMs) return 'revoked'
  return Number(row.expires_at_ms) <= atMs ? 'expired' : 'valid'
}

/** Looks at an app with a session that had been revoked a while before, and was served: false accepts. */
function servedAfter(
  { event, at }: { event: SessionEvent; at: number },
  { intents, sessions }: Pick<History, 'intents' | 'sessions'>,
): DeadSessionProbe[] {
  const { session, app, surface, region, user } = event
  const endedAt =
    sessions.find(each => each.session === session && each.type !== 'opened')?.at ?? Number.POSITIVE_INFINITY
  return intents
    .filter(
      intent =>
        intent.user === user &&
        intent.activity !== 'sign-in' &&
        intent.at > at + revocationBoundMs &&
        intent.at < endedAt &&
        isGood(intent.result),
    )
    .map(intent => ({ at: intent.at, session, app, surface, region, accepted: true }))
}

/** Of each store that is not a copy of another. */
async function inEach<T>(
  { databases }: Stores,
  ask: (database: DatabaseControl) => Promise<T[]>,
): Promise<T[]> {
  const stores = Object.values(databases).filter(({ name }) => !isReplica(name))
  return (await Promise.all(stores.map(ask))).flat()
}
