import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { newSigningKey } from '../../../services/auth/key-set.ts'
import { createKeyring } from '../../../services/auth/keyring.ts'
import { type AuthStore, StoreUnavailable } from '../../../services/auth/store.ts'
import { type Answer, failingStore, operator, startAuth, startAuthWithUser } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

/** Two processes on one store. */
async function startPair(mitigations: ('jwks-overlap' | 'bulkhead')[]) {
  const store = createMemoryStore()
  const a = await startAuthWithUser({ store, mitigations })
  const b = startAuth({ store, mitigations })
  const kids = async (auth = a) => (await auth.send('/jwks')).body.keys.map(({ kid }: { kid: string }) => kid)
  await kids(b)
  return { store, a, b, kids }
}
type Auth = ReturnType<typeof startAuth>
const rotate = (auth: Auth) => auth.send('/admin/keys/rotate', { method: 'POST', headers: operator })
const remove = (auth: Auth, kid: string, query = ''): Promise<Answer> =>
  auth.send(`/admin/keys/${kid}${query}`, { method: 'DELETE', headers: operator })
const kidOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

describe('rotation with jwks-overlap', () => {
  test('publishes the new key before it signs, and keeps the old one while its tokens live', async () => {
    const { a, b, kids } = await startPair(['jwks-overlap'])
    const [old] = await kids()
    const { access_token, refresh_token } = await a.signIn('mobile')
    const { kid } = (await rotate(a)).body
    expect(await kids()).toEqual([old, kid])
    expect(kidOf((await a.signIn('mobile')).access_token)).toBe(old)
    pass(1_000)
    expect(await kids(b)).toEqual([old, kid])
    pass(11_000)
    for (const auth of [a, b]) expect(kidOf((await auth.signIn('mobile')).access_token)).toBe(kid)
    expect(await b.introspect(access_token)).toMatchObject({ active: true })
    expect((await b.refresh(refresh_token)).status).toBe(200)
    // The longest-lived tokens are those of systems.
    pass((30 * 24 * 3600 + 2) * 1000 - 1)
    expect(await kids(b)).toEqual([old, kid])
    pass(1)
    expect(await kids(b)).toEqual([kid])
  })

  test('is done once by two operators at the same moment', async () => {
    const { a, b, kids } = await startPair(['jwks-overlap'])
    const [one, two] = await Promise.all([rotate(a), rotate(b)])
    expect(one.body).toEqual(two.body)
    expect(await kids()).toHaveLength(2)
  })

  test('lists every key with its state', async () => {
    const { a } = await startPair(['jwks-overlap'])
    await rotate(a)
    const { keys } = (await a.send('/admin/keys', { headers: operator })).body
    expect(keys.map(({ state }: { state: string }) => state)).toEqual(['signing', 'pending'])
    expect(JSON.stringify(keys)).not.toContain('"d"')
  })
})

describe('rotation without jwks-overlap', () => {
  test('switches at once, and the tokens of the old key are lost', async () => {
    const { a, kids } = await startPair(['bulkhead'])
    const { access_token, refresh_token } = await a.signIn('mobile')
    const { kid } = (await rotate(a)).body
    expect(await kids()).toEqual([kid])
    expect(kidOf((await a.signIn('mobile')).access_token)).toBe(kid)
    expect(await a.introspect(access_token)).toEqual({ active: false })
    expect((await a.refresh(refresh_token)).body).toEqual({ error: 'invalid_grant' })
  })

  test('is noticed by the other process when it is shown a token of the new key', async () => {
    const { a, b } = await startPair(['bulkhead'])
    await rotate(a)
    const { access_token } = await a.signIn('mobile')
    expect(await b.introspect(access_token)).toMatchObject({ active: true })
  })
})

describe('the removal of a key', () => {
  test.each(['signing', 'pending', 'retained'])('that is %s is refused with jwks-overlap', async state => {
    const { a, kids } = await startPair(['jwks-overlap'])
    await rotate(a)
    if (state === 'retained') pass(12_000)
    const [old, fresh] = await kids()
    const answer = await remove(a, state === 'pending' ? fresh : old)
    expect(answer).toMatchObject({ status: 409, body: { error: 'key_in_use' } })
    expect(await kids()).toEqual([old, fresh])
  })

  test('that has outlived its tokens is done', async () => {
    const { a, kids } = await startPair(['jwks-overlap'])
    const [old] = await kids()
    a.setConfig({ apiTokenTtlS: 60, refreshTokenTtlS: 60 })
    await rotate(a)
    pass((12 + 2 + 60) * 1000)
    expect((await remove(a, old)).status).toBe(200)
  })

  test('is done at once without jwks-overlap, however much it is in use', async () => {
    const { a, kids } = await startPair(['bulkhead'])
    const [old] = await kids()
    const { access_token } = await a.signIn('mobile')
    expect((await remove(a, old)).status).toBe(200)
    expect(await a.introspect(access_token)).toEqual({ active: false })
  })

  test('in an emergency is honoured and published by both processes, for good', async () => {
    const { a, b, kids } = await startPair(['jwks-overlap'])
    const [old] = await kids()
    const { access_token, refresh_token } = await a.signIn('mobile')
    expect(await b.introspect(access_token)).toMatchObject({ active: true })
    expect((await remove(a, old, '?emergency=true')).status).toBe(200)
    expect(await a.introspect(access_token)).toEqual({ active: false })
    pass(1_000)
    expect(await b.introspect(access_token)).toEqual({ active: false })
    expect((await b.refresh(refresh_token)).body).toEqual({ error: 'invalid_grant' })
    for (const auth of [a, b]) {
      expect(await kids(auth)).not.toContain(old)
      expect(await kids(auth)).toHaveLength(1)
    }
    // Whoever signs in now gets a key that both know.
    const next = await b.signIn('mobile')
    expect(await a.introspect(next.access_token)).toMatchObject({ active: true })
    await rotate(a)
    pass(30 * 24 * 3600_000)
    for (const auth of [a, b]) expect(await kids(auth)).not.toContain(old)
    expect(await a.introspect(access_token)).toEqual({ active: false })
  })

  test('in an emergency while its successor waits leaves a key to sign with', async () => {
    const { a, kids } = await startPair(['jwks-overlap'])
    const [old] = await kids()
    await rotate(a)
    await remove(a, old, '?emergency=true')
    expect(await kids()).not.toContain(old)
    const { access_token } = await a.signIn('mobile')
    expect(await kids()).toContain(kidOf(access_token))
    expect(await a.introspect(access_token)).toMatchObject({ active: true })
  })

  test.each([
    ['a key that there is not', 'none', '', 404, 'unknown_key'],
    ['a name that is none', '%00%E0%A4%A', '', 404, 'unknown_key'],
    ['an emergency that is no yes or no', 'none', '?emergency=1', 400, 'invalid_request'],
  ])('refuses %s', async (_title, kid, query, status, error) => {
    const { a } = await startPair(['jwks-overlap'])
    expect(await remove(a, kid, query)).toMatchObject({ status, body: { error } })
  })
})

describe('the keyring', () => {
  /** A memory store that counts how often its keys are read. */
  function countingStore(fault: { error?: unknown } = {}) {
    const inner = createMemoryStore()
    const counts = { reads: 0 }
    const counted: AuthStore = {
      ...inner,
      signingKeys: () => {
        counts.reads += 1
        return inner.signingKeys()
      },
    }
    return { store: failingStore(counted, () => fault.error), counts }
  }

  test('reads the store once a second at most, when it is asked', async () => {
    const { store, counts } = countingStore()
    const keyring = createKeyring(store)
    await keyring.signingKey()
    const first = counts.reads
    for (let n = 0; n < 100; n += 1) await keyring.publicJwks()
    expect(counts.reads).toBe(first)
    pass(1_000)
    await Promise.all(Array.from({ length: 100 }, () => keyring.publicJwks()))
    expect(counts.reads).toBe(first + 1)
  })

  test('answers a flood of made-up names with one read', async () => {
    const { store, counts } = countingStore()
    const keyring = createKeyring(store)
    await keyring.signingKey()
    const first = counts.reads
    const flood = await Promise.all(
      Array.from({ length: 500 }, (_, n) => keyring.verificationKey(`made up ${n}`)),
    )
    expect(flood.every(key => key === undefined)).toBe(true)
    expect(counts.reads).toBe(first + 1)
  })

  test('lets a later flood wait for the cooldown', async () => {
    vi.useRealTimers()
    const { store, counts } = countingStore()
    const keyring = createKeyring(store)
    await keyring.signingKey()
    const first = counts.reads
    const started = performance.now()
    for (let n = 0; n < 3; n += 1) await keyring.verificationKey(`made up ${n}`)
    expect(counts.reads).toBe(first + 3)
    expect(performance.now() - started).toBeGreaterThan(2 * 240)
  })

  test('finds a key that was added since, and never looks up one that was removed', async () => {
    const { store, counts } = countingStore()
    const keyring = createKeyring(store)
    const { kid: old } = await keyring.signingKey()
    const added = await newSigningKey({ generation: 2, signsFromMs: Date.now(), dropsOlderFromMs: undefined })
    await store.addSigningKey(added)
    expect(await keyring.verificationKey(added.kid)).toBeDefined()
    expect((await keyring.signingKey()).kid).toBe(added.kid)
    await store.removeSigningKey(old, Date.now())
    await keyring.reload()
    const reads = counts.reads
    expect(await keyring.verificationKey(old)).toBeUndefined()
    expect(counts.reads).toBe(reads)
  })

  test('goes on with the keys at hand while the store is away, and says so of unknown ones', async () => {
    const fault: { error?: unknown } = {}
    const { store } = countingStore(fault)
    const keyring = createKeyring(store)
    const { kid } = await keyring.signingKey()
    fault.error = new StoreUnavailable('away')
    pass(3_600_000)
    expect((await keyring.signingKey()).kid).toBe(kid)
    expect(await keyring.publicJwks()).toHaveLength(1)
    await expect(keyring.verificationKey('other')).rejects.toThrow(StoreUnavailable)
  })

  test('does not wait long for a store that hangs', async () => {
    const { store } = countingStore()
    const keyring = createKeyring(store)
    const { kid } = await keyring.signingKey()
    store.signingKeys = () => new Promise(() => {})
    pass(1_000)
    expect((await keyring.signingKey()).kid).toBe(kid)
  })

  test('names keys by their thumbprint', async () => {
    const [jwk] = await createKeyring(createMemoryStore()).publicJwks()
    expect(jwk?.kid).toBe(await calculateJwkThumbprint(jwk ?? { kty: 'OKP' }))
  })
})

describe('tokens that name made-up keys', () => {
  test('take nobody a place while their names are looked up', async () => {
    vi.useRealTimers()
    const auth = await startAuthWithUser({ mitigations: ['load-shedding', 'bulkhead'] })
    const { session } = await auth.signIn('web')
    const made = (n: number) => {
      const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: `made up ${n}` })).toString('base64url')
      return `${header}.e30.${'A'.repeat(86)}`
    }
    const flood = Array.from({ length: 300 }, (_, n) => auth.form('/introspect', { token: made(n) }))
    // The flood waits for its lookup by now; a session of the same caller has its place all the same.
    await new Promise(resolve => setTimeout(resolve, 20))
    expect((await auth.introspect(session)).active).toBe(true)
    const answers = await Promise.all(flood)
    expect(answers.filter(({ body }) => body.active === true)).toEqual([])
  })
})
