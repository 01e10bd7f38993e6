/** How long auth's keys are gone by, and when they are asked for. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defaultAppConfig } from '../../../services/app/app-config.ts'
import { AuthKeys } from '../../../services/app/auth-keys.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { callerTo, fakeAuth } from './fake-auth.ts'
import { newKey, published } from './tokens.ts'

const first = await published('k1', await newKey())
const second = await published('k2', await newKey())
const config = { ...defaultAppConfig, keyMaxAgeMs: 10_000, staleKeyMaxS: 60 }

/** Keys as an app has them that has just read them; `auth.keys` is what auth publishes, undefined while it is away. */
async function keysAfterReading(names: readonly Mitigation[]) {
  const auth: { keys: unknown } = { keys: [first] }
  const fake = fakeAuth(() => (auth.keys ? Response.json({ keys: auth.keys }) : undefined))
  const keys = new AuthKeys({
    // One attempt for each request, so that requests can be counted.
    caller: { call: call => callerTo(fake, ['circuit-breaker', 'retry-budget']).call(call) },
    config: () => config,
    mitigations: new Set(names),
    log: () => {},
  })
  expect(await keys.current()).toBeDefined()
  const requests = () => {
    const count = fake.asked.length
    fake.asked.length = 0
    return count
  }
  requests()
  return { auth, keys, requests }
}

const settled = () => vi.advanceTimersByTimeAsync(500)

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each<[string, Mitigation[], boolean]>([
  ['without jwks-overlap', [], false],
  ['with jwks-overlap', ['jwks-overlap'], true],
])('AuthKeys %s', (_name, names, overlap) => {
  test('asks for keys well before they are too old, without making anybody wait', async () => {
    const { keys, requests } = await keysAfterReading(names)
    vi.setSystemTime(1_002_000)
    await keys.current()
    expect(requests()).toBe(0)
    vi.setSystemTime(1_002_600)
    expect(await keys.current()).toBeDefined()
    await settled()
    expect(requests()).toBe(1)
  })

  test(`${overlap ? 'goes on with' : 'drops'} keys that are too old while auth gives none`, async () => {
    const { auth, keys } = await keysAfterReading(names)
    auth.keys = undefined
    vi.setSystemTime(1_009_900)
    expect(await keys.current()).toBeDefined()
    vi.setSystemTime(1_011_500)
    const later = keys.current()
    await settled()
    expect((await later) !== undefined).toBe(overlap)
    vi.setSystemTime(1_061_000)
    const bound = keys.current()
    await settled()
    expect(await bound).toBeUndefined()
  })

  test.each([
    ['an empty set', []],
    ['a set of another form', [{ kty: 'OKP' }]],
  ])('does not take up %s', async (_what, bad) => {
    const { auth, keys } = await keysAfterReading(names)
    auth.keys = bad
    vi.setSystemTime(1_003_000)
    await keys.lookUp()
    expect(keys.isWithdrawn('k1')).toBe(false)
    expect(await keys.current()).toBeDefined()
  })

  test('believes a set that lacks a key as soon as it has read it', async () => {
    const { auth, keys } = await keysAfterReading(names)
    auth.keys = [second]
    expect(keys.isWithdrawn('k1')).toBe(false)
    vi.setSystemTime(1_003_000)
    await keys.lookUp()
    expect(keys.isWithdrawn('k1')).toBe(true)
    expect(keys.isWithdrawn('k2')).toBe(false)
    expect(keys.isWithdrawn('never published')).toBe(false)
  })

  test(`${overlap ? 'looks for unknown keys once within a second' : 'looks for each unknown key'}`, async () => {
    const { keys, requests } = await keysAfterReading(names)
    vi.setSystemTime(1_001_500)
    await Promise.all(Array.from({ length: 20 }, () => keys.lookUp()))
    await keys.lookUp()
    expect(requests()).toBe(overlap ? 1 : 21)
  })
})
