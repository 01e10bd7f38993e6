import { describe, expect, test } from 'vitest'
import { createRevocationFeed } from '../../../services/auth/revocation-feed.ts'
import { sidOf } from '../../../services/auth/sessions.ts'
import { type AuthStore, StoreUnavailable } from '../../../services/auth/store.ts'
import { failingStore, startAuth, startAuthWithUser } from './helpers.ts'
import { newSession } from './store-contract.ts'
import { createMemoryStore } from './store-memory.ts'

const never = new AbortController().signal

async function storeWithSessions(count: number) {
  const store = createMemoryStore()
  const sids = Array.from({ length: count }, () => newSession().sid)
  for (const sid of sids) await store.addSession(newSession({ sid }))
  return { store, sids }
}

function counting(store: AuthStore) {
  const counts = { queries: 0 }
  const revocationsAfter: AuthStore['revocationsAfter'] = (seq, nowMs) => {
    counts.queries += 1
    return store.revocationsAfter(seq, nowMs)
  }
  return { store: { ...store, revocationsAfter }, counts }
}

describe('waiting for revocations', () => {
  test('ends at once if there are any already', async () => {
    const { store, sids } = await storeWithSessions(1)
    await store.revokeSession(sids[0] ?? '', Date.now())
    expect(await createRevocationFeed(store).after(0, 60_000, never)).toHaveLength(1)
  })

  test('ends with the next one, for each reader by its own number', async () => {
    const { store, sids } = await storeWithSessions(2)
    const [first = '', second = ''] = sids
    const feed = createRevocationFeed(store)
    await store.revokeSession(first, Date.now())
    const seq = (await store.revocationsAfter(0, 0)).at(-1)?.seq ?? 0
    const behind = feed.after(seq - 1, 60_000, never)
    const waiting = feed.after(seq, 60_000, never)
    expect((await behind).map(({ sid }) => sid)).toEqual([first])
    await store.revokeSession(second, Date.now())
    expect((await waiting).map(({ sid }) => sid)).toEqual([second])
  })

  test('costs one query at a time, however many wait', async () => {
    const { store, sids } = await storeWithSessions(1)
    const { store: counted, counts } = counting(store)
    const feed = createRevocationFeed(counted)
    const started = performance.now()
    const readers = Array.from({ length: 100 }, () => feed.after(0, 60_000, never))
    await new Promise(resolve => setTimeout(resolve, 350))
    await store.revokeSession(sids[0] ?? '', Date.now())
    for (const page of await Promise.all(readers)) expect(page).toHaveLength(1)
    const intervals = Math.ceil((performance.now() - started) / 100)
    expect(counts.queries).toBeLessThanOrEqual(100 + intervals)
    // Nobody waits any more: the store is left alone.
    const { queries } = counts
    await new Promise(resolve => setTimeout(resolve, 250))
    expect(counts.queries).toBe(queries)
  })

  test('ends empty when its time is over, or its reader has left', async () => {
    const { store } = await storeWithSessions(0)
    const feed = createRevocationFeed(store)
    expect(await feed.after(0, 20, never)).toEqual([])
    const left = new AbortController()
    const waiting = feed.after(0, 60_000, left.signal)
    setTimeout(() => left.abort(), 20)
    expect(await waiting).toEqual([])
  })

  test('ends with an error, not an empty list, when the store goes away, and works again', async () => {
    const fault: { error?: unknown } = {}
    const { store, sids } = await storeWithSessions(1)
    const feed = createRevocationFeed(failingStore(store, () => fault.error))
    const waiting = feed.after(0, 60_000, never)
    setTimeout(() => {
      fault.error = new StoreUnavailable('away')
    }, 20)
    await expect(waiting).rejects.toThrow(StoreUnavailable)
    fault.error = undefined
    const again = feed.after(0, 60_000, never)
    await store.revokeSession(sids[0] ?? '', Date.now())
    expect(await again).toHaveLength(1)
  })

  test('hears of what the other process revokes', async () => {
    const store = createMemoryStore()
    const [a, b] = [await startAuthWithUser({ store }), startAuth({ store })]
    const { session } = await a.signIn('web')
    const waiting = b.send('/revocations?since=0&waitMs=10000')
    await a.form('/revoke', { token: session })
    const { body } = await waiting
    expect(body).toEqual({
      revocations: [{ sid: sidOf(session), at: expect.any(Number), seq: expect.any(Number) }],
      next: body.revocations[0].seq,
    })
  })

  test.each(['-1', '1.5', 'x', ''])('is refused for waitMs=%s', async waitMs => {
    const answer = await startAuth().send(`/revocations?since=0&waitMs=${waitMs}`)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})
