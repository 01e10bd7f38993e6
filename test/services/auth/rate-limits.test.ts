import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TokenBuckets } from '../../../services/auth/rate-limits.ts'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import { failingStore, password, startAuth, startAuthWithUser } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a token bucket', () => {
  test('gives its burst at once, and then as it fills', () => {
    const buckets = new TokenBuckets({ burst: 3, perSecond: 2 })
    expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0])
    expect(buckets.take('a')).toBe(500)
    vi.setSystemTime(Date.now() + 250)
    expect(buckets.take('a')).toBe(250)
    vi.setSystemTime(Date.now() + 250)
    expect(buckets.take('a')).toBe(0)
    expect(buckets.take('a')).toBe(500)
  })

  test('never holds more than its burst, and is nobody else’s', () => {
    const buckets = new TokenBuckets({ burst: 2, perSecond: 10 })
    for (const name of ['a', 'a', 'b']) expect(buckets.take(name)).toBe(0)
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(['a', 'a', 'a'].map(name => buckets.take(name) > 0)).toEqual([false, false, true])
  })

  test('is not emptied by a clock that goes back', () => {
    const buckets = new TokenBuckets({ burst: 2, perSecond: 1 })
    expect(buckets.take('a')).toBe(0)
    vi.setSystemTime(Date.now() - 60_000)
    expect(buckets.take('a')).toBe(0)
  })

  test('is one of a bounded number: the one asked for least lately goes', () => {
    const buckets = new TokenBuckets({ burst: 1, perSecond: 1, namesMax: 100 })
    for (let n = 0; n < 1_000; n += 1) buckets.take(`name ${n}`)
    expect(buckets.size).toBe(100)
    expect(buckets.take('name 999')).toBe(1000)
    expect(buckets.take('name 0')).toBe(0)
  })
})

describe('sign-in', () => {
  const attempt = (auth: ReturnType<typeof startAuth>, username: string, secret: string, address?: string) =>
    auth.json(
      '/sign-in',
      { username, password: secret, kind: 'web' },
      address === undefined ? {} : { 'x-forwarded-for': `${address}, 10.0.0.1` },
    )
  const statuses = async (count: number, ask: () => Promise<{ status: number }>) => {
    const seen: number[] = []
    for (let n = 0; n < count; n += 1) seen.push((await ask()).status)
    return seen
  }

  test.each(['user0', 'nobody'])(
    'as %s is refused after ten failures, then once a second',
    async username => {
      const auth = await startAuthWithUser()
      expect(await statuses(10, () => attempt(auth, username, 'guess'))).toEqual(Array(10).fill(401))
      const refused = await attempt(auth, username, username === 'user0' ? password : 'guess')
      expect(refused).toMatchObject({ status: 429, body: { error: 'rate_limited' } })
      expect(refused.headers.get('retry-after')).toBe('1')
      vi.setSystemTime(Date.now() + 1_000)
      expect(await statuses(2, () => attempt(auth, username, 'guess'))).toEqual([401, 429])
    },
  )

  test('does not count what succeeds, or what nobody could tell', async () => {
    const fault: { error: unknown } = { error: undefined }
    const auth = await startAuthWithUser({ store: failingStore(createMemoryStore(), () => fault.error) })
    expect(await statuses(25, () => attempt(auth, 'user0', password))).toEqual(Array(25).fill(200))
    fault.error = new StoreUnavailable('away')
    expect(await statuses(25, () => attempt(auth, 'user0', password))).toEqual(Array(25).fill(503))
    fault.error = undefined
    expect((await attempt(auth, 'user0', password)).status).toBe(200)
  })

  test('from one address is refused after thirty attempts, whoever it is for', async () => {
    const auth = startAuth()
    await auth.createUsers('user', 40)
    let user = 0
    const next = (address: string) => () => attempt(auth, `user${user++ % 40}`, password, address)
    expect(await statuses(31, next('10.1.2.3'))).toEqual([...Array(30).fill(200), 429])
    expect(await statuses(2, next('10.1.2.4'))).toEqual([200, 200])
    vi.setSystemTime(Date.now() + 100)
    expect(await statuses(2, next('10.1.2.3'))).toEqual([200, 429])
  })

  test('of one user is not held up by another’s failures', async () => {
    const auth = startAuth()
    await auth.createUsers('user', 2)
    await statuses(11, () => attempt(auth, 'user0', 'guess'))
    expect((await attempt(auth, 'user1', password)).status).toBe(200)
  })
})

describe('a system client', () => {
  test('that fails too often is refused for a while', async () => {
    const auth = startAuth()
    await auth.createClients('shop-', ['messages:read'])
    for (let n = 0; n < 10; n += 1)
      expect((await auth.clientCredentials('shop-0', {}, 'wrong')).status).toBe(401)
    const refused = await auth.clientCredentials('shop-0')
    expect(refused).toMatchObject({ status: 429, body: { error: 'rate_limited' } })
    expect(refused.headers.get('retry-after')).toBe('1')
  })
})
