import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPruning, keepEndedMs, pruneMax } from '../../../services/auth/pruning.ts'
import { rareLog } from '../../../services/auth/rare-log.ts'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import { failingStore, password, startAuthWithUser } from './helpers.ts'
import { newSession } from './store-contract.ts'
import { createMemoryStore } from './store-memory.ts'

const start = 1_800_000_000_000
beforeEach(() => {
  vi.useFakeTimers({ now: start })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('pruning', () => {
  test('forgets sessions that ended long ago, and no others', async () => {
    const store = createMemoryStore()
    const [old, recent, live] = [-keepEndedMs - 1, -keepEndedMs / 2, 3_600_000].map(ms =>
      newSession({ expiresAtMs: start + ms }),
    )
    for (const session of [old, recent, live]) if (session) await store.addSession(session)
    const pruning = createPruning(store, () => {})
    pruning.start()
    await vi.advanceTimersByTimeAsync(60_000)
    pruning.stop()
    expect(await store.findSession(old?.sid ?? '')).toBeUndefined()
    for (const session of [recent, live]) expect(await store.findSession(session?.sid ?? '')).toBeDefined()
  })

  test('goes on soon while there is more, in bounded steps', async () => {
    const store = createMemoryStore()
    const steps: number[] = []
    const { pruneSessions } = store
    store.pruneSessions = async (beforeMs, max) => {
      const pruned = await pruneSessions(beforeMs, max)
      steps.push(pruned)
      return pruned
    }
    for (let n = 0; n < 2 * pruneMax + 1; n += 1) await store.addSession(newSession({ expiresAtMs: 1 }))
    const pruning = createPruning(store, () => {})
    pruning.start()
    await vi.advanceTimersByTimeAsync(63_000)
    pruning.stop()
    expect(steps.slice(0, 3)).toEqual([pruneMax, pruneMax, 1])
  })

  test('outlives a store that is away, and ends when it is told to', async () => {
    const fault: { error?: unknown } = { error: new StoreUnavailable('away') }
    const inner = createMemoryStore()
    const old = newSession({ expiresAtMs: 1 })
    await inner.addSession(old)
    const events: string[] = []
    const pruning = createPruning(
      failingStore(inner, () => fault.error),
      event => events.push(event),
    )
    pruning.start()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(events).toContain('sessions-not-pruned')
    fault.error = undefined
    await vi.advanceTimersByTimeAsync(120_000)
    expect(await inner.findSession(old.sid)).toBeUndefined()
    pruning.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('belongs to an auth that was started', async () => {
    vi.useRealTimers()
    const { auth, store } = await startAuthWithUser()
    vi.useFakeTimers()
    const old = newSession({ expiresAtMs: 1 })
    await store.addSession(old)
    auth.start()
    await vi.advanceTimersByTimeAsync(60_000)
    auth.stop()
    expect(await store.findSession(old.sid)).toBeUndefined()
  })
})

test('an event that every request causes is logged once a second, with the number left out', () => {
  const lines: unknown[] = []
  const log = rareLog((event, fields) => lines.push([event, fields]))
  for (let n = 0; n < 5; n += 1) log('shed', { n })
  log('other')
  vi.setSystemTime(start + 1_000)
  log('shed', { n: 5 })
  log('shed', { n: 6 })
  expect(lines).toEqual([
    ['shed', { n: 0 }],
    ['other', {}],
    ['shed', { n: 5, leftOut: 4 }],
  ])
})

describe('the health of an auth', () => {
  async function after(ask: (auth: Awaited<ReturnType<typeof startAuthWithUser>>) => Promise<unknown>) {
    vi.useRealTimers()
    const fault: { error?: unknown } = {}
    const auth = await startAuthWithUser({ store: failingStore(createMemoryStore(), () => fault.error) })
    const { session } = await auth.signIn('web')
    const before = auth.health.between(0)
    expect(before).toEqual({ good: 1, bad: 0 })
    if (ask === away) fault.error = new StoreUnavailable('away')
    await (ask === away ? auth.introspect(session) : ask(auth))
    const { good, bad } = auth.health.between(0)
    return { good: good - before.good, bad: bad - before.bad }
  }
  const away = async () => {}

  test.each<[string, Parameters<typeof after>[0], 'good' | 'bad' | undefined]>([
    ['a sign-in', auth => auth.signIn('web'), 'good'],
    ['an inactive introspection', auth => auth.introspect('x'), 'bad'],
    [
      'a wrong password',
      auth => auth.json('/sign-in', { username: 'user0', password: 'x', kind: 'web' }),
      'bad',
    ],
    ['a refresh token that is not good', auth => auth.refresh('x'), 'bad'],
    ['a store that is away', away, 'bad'],
    ['a malformed request', auth => auth.json('/sign-in', 'x'), 'good'],
    ['a revocation', auth => auth.form('/revoke', { token: password }), 'good'],
    ['a look at the keys', auth => auth.send('/jwks'), undefined],
    ['a health check', auth => auth.send('/healthz'), undefined],
  ])('counts %s as it should', async (_title, ask, kind) => {
    expect(await after(ask)).toEqual({ good: kind === 'good' ? 1 : 0, bad: kind === 'bad' ? 1 : 0 })
  })
})
