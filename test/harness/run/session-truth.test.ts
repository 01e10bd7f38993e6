import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../../harness/errors.ts'
import type { DeadSessionProbe, Intent, SessionEvent } from '../../../harness/outcome/history.ts'
import { letRunOut, sessionTruth } from '../../../harness/run/session-truth.ts'
import type { DatabaseControl } from '../../../harness/stack/database-control.ts'
import { feed, feedMobile, intent, session } from '../outcome/build.ts'

const zeroMs = 1_000_000
const late = zeroMs + 60_000

interface Row {
  sid: string
  account?: string
  revoked_at_ms?: number | null
  expires_at_ms?: number
}

/** A store with these rows, which gives out those that are asked for, the first to run out first. */
function store(name: string, rows: Row[]) {
  const asked: (readonly unknown[])[] = []
  const database: DatabaseControl = {
    name,
    async query<R extends Record<string, unknown>>(_sql: string, parameters: readonly unknown[] = []) {
      asked.push(parameters)
      const [sids, accounts = []] = parameters as [string[], (string | number)[]]
      const found = rows
        .map(row => ({ account: 'nobody', revoked_at_ms: null, expires_at_ms: late, ...row }))
        .filter(({ sid, account }) => sids.includes(sid) || accounts.includes(account))
        .toSorted((a, b) => a.expires_at_ms - b.expires_at_ms)
      // As PostgreSQL's driver gives big numbers.
      return found.map(row => ({
        ...row,
        expires_at_ms: String(row.expires_at_ms),
        revoked_at_ms: row.revoked_at_ms === null ? null : String(row.revoked_at_ms),
      })) as unknown as R[]
    },
  }
  return { asked, database }
}

const storesOf = (...stores: { database: DatabaseControl }[]) => ({
  databases: Object.fromEntries(stores.map(({ database }) => [database.name, database])),
})

const forcedOut = (at: number) => ({ at, type: 'forced-out' }) as const
const named = (events: SessionEvent[], more: Partial<SessionEvent>): SessionEvent[] =>
  events.map(event => (event.type === 'opened' ? { ...event, ...more } : event))

async function truth(
  sessions: SessionEvent[],
  rows: Row[],
  { revokedAtMs = [] as number[], intents = [] as Intent[], probes = [] as DeadSessionProbe[] } = {},
) {
  const stores = storesOf(store('sessions', rows))
  const history = { sessions, intents, deadSessionProbes: probes }
  return await sessionTruth(stores, history, { zeroMs, revokedAtMs })
}

describe('letRunOut', () => {
  test('tells every store but copies, and wants each session found once', async () => {
    const [sessions, rival, copy] = [
      store('sessions', [{ sid: 'a' }]),
      store('rival-sessions', [{ sid: 'b' }]),
      store('sessions-replica', [{ sid: 'a' }]),
    ]
    const expiring = [
      { sid: 'a', inMs: 500 },
      { sid: 'b', inMs: -300 },
    ]
    await letRunOut(storesOf(sessions, rival, copy), expiring, 10_000)
    expect(copy.asked).toEqual([])
    const [[sids, ends] = []] = sessions.asked as [string[], number[]][]
    expect(sids).toEqual(['a', 'b'])
    expect(ends).toEqual([10_500, 9_700])
  })

  test('rejects where a session is not known', async () => {
    const one = storesOf(store('sessions', [{ sid: 'a' }]))
    const expiring = [
      { sid: 'a', inMs: 1 },
      { sid: 'missing', inMs: 1 },
    ]
    await expect(letRunOut(one, expiring, 0)).rejects.toThrow(HarnessError)
    await expect(letRunOut(one, expiring, 0)).rejects.toThrow('2 sessions were to run out, but 1')
  })
})

describe('sessionTruth', () => {
  test('says of each session that was forced out whether auth still knew it', async () => {
    const names = ['valid', 'revoked', 'revoked later', 'expired', 'gone']
    const sessions = names.flatMap(name => named(session(name, 0, forcedOut(5_000)), { sid: name }))
    const { standings } = await truth(sessions, [
      { sid: 'valid' },
      { sid: 'revoked', revoked_at_ms: zeroMs + 4_000 },
      { sid: 'revoked later', revoked_at_ms: zeroMs + 6_000 },
      { sid: 'expired', expires_at_ms: zeroMs + 4_000 },
    ])
    expect(Object.fromEntries(standings)).toEqual({
      valid: 'valid',
      revoked: 'revoked',
      'revoked later': 'valid',
      expired: 'expired',
      gone: 'gone',
    })
  })

  test('tells the sessions of an account apart by their order, where nothing else names them', async () => {
    const sessions = [
      ...named(session('first', 0, forcedOut(5_000)), { account: 'ann' }),
      ...named(session('second', 6_000, forcedOut(7_000)), { account: 'ann' }),
      ...session('nameless', 0, forcedOut(5_000)),
    ]
    const { standings } = await truth(sessions, [
      { sid: 'y', account: 'ann', expires_at_ms: late + 6_000 },
      { sid: 'x', account: 'ann', expires_at_ms: late, revoked_at_ms: zeroMs + 1 },
    ])
    expect(Object.fromEntries(standings)).toEqual({ first: 'revoked', second: 'valid' })
  })

  test('calls nobody forced out whose session was revoked on purpose', async () => {
    const at = zeroMs + 4_000
    const sessions = [
      ...named(session('a', 0, forcedOut(5_000)), { sid: 'a' }),
      ...named(session('b', 0, forcedOut(3_000)), { sid: 'b' }),
      ...named(session('c', 0, forcedOut(5_000)), { sid: 'c' }),
    ]
    const rows = [
      { sid: 'a', revoked_at_ms: at },
      { sid: 'b', revoked_at_ms: at },
      { sid: 'c', revoked_at_ms: at - 1 },
    ]
    const { history } = await truth(sessions, rows, { revokedAtMs: [at] })
    const ends = history.sessions.filter(({ type }) => type !== 'opened')
    // b was lost before, and c was revoked by somebody else.
    expect(ends.map(({ session, type }) => `${session} ${type}`)).toEqual([
      'a revoked',
      'b forced-out',
      'c forced-out',
    ])
  })

  test('takes what was served well after that for a false accept', async () => {
    const at = zeroMs + 4_000
    const sessions = named(session('a', 0, { at: 8_000, type: 'signed-out' }), { sid: 'a', user: 'ann' })
    const intents = [3_900, 4_900, 5_100, 7_900, 8_100].map(time => intent(feed, time))
    const others = [
      { ...intent(feed, 6_000), user: 'bob' },
      { ...intent(feedMobile, 6_000), activity: 'sign-in' as const },
      intent(feed, 6_100, 'signed-out'),
    ]
    const { history } = await truth(sessions, [{ sid: 'a', revoked_at_ms: at }], {
      revokedAtMs: [at],
      intents: [...intents, ...others],
    })
    expect(history.deadSessionProbes.map(probe => [probe.at, probe.accepted])).toEqual([
      [5_100, true],
      [7_900, true],
    ])
  })

  test('asks nothing where nobody lost anything', async () => {
    const asked = store('sessions', [])
    const history = { sessions: session('a', 0), intents: [], deadSessionProbes: [] }
    const found = await sessionTruth(storesOf(asked), history, { zeroMs, revokedAtMs: [] })
    expect(found.history).toBe(history)
    expect(asked.asked).toEqual([])
  })
})
