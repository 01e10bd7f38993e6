/** `config-validation`: what a client takes up and what it does not. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SelfTest } from '../../../services/common/config-client.ts'
import { first, type Settings, second, startConfig, World } from '../config/world.ts'

let world: World
beforeEach(() => {
  vi.useFakeTimers()
  world = new World()
})
afterEach(() => {
  world.stop()
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

async function started(options: Parameters<World['client']>[1] = {}) {
  const client = world.client('app-1', { mitigations: ['config-validation'], role: 'app', ...options })
  await client.start()
  return client
}

describe('with config-validation', () => {
  test.each([
    ['what does not fit the schema', { ...first, issuer: 42 }, 'issuer'],
    ['what is empty', {}, 'empty'],
    ['what is empty but for its head', { service: 'app', schema: 1 }, 'empty'],
    ['what is too large', { ...second, padding: 'x'.repeat(300_000) }, 'more than 262144'],
    ['what is for another service', { ...second, service: 'auth' }, 'for auth, not for app'],
    ['what is of a schema to come', { ...second, schema: 2 }, 'of schema 2, newer than 1'],
    ['a head that is none', { ...second, schema: 'one' }, 'schema'],
    ['null', null, 'not a JSON object'],
    ['a list', [first], 'not a JSON object'],
  ])('refuses %s, keeps what it has, says why, and takes the next good one', async (_, value, reason) => {
    const client = await started()
    await world.operator({ value })
    await pass(10)
    expect((await world.acknowledged()).at(-1)).toMatchObject({
      version: 2,
      status: 'refused',
      reason: expect.stringContaining(reason),
    })
    expect(client.current()).toEqual(first)
    expect(client.version()).toBe(1)
    await world.operator({ value: { ...second, service: 'app', schema: 1 } })
    await pass(10)
    // The head is not part of the settings.
    expect(client.current()).toEqual(second)
    expect(client.version()).toBe(3)
  })

  test('a service that has not said its role takes a document for whomever', async () => {
    const client = world.client('app-1', { mitigations: ['config-validation'] })
    await client.start()
    await world.operator({ value: { ...second, service: 'whoever' } })
    await pass(10)
    expect(client.current()).toEqual(second)
  })

  const tests: [string, SelfTest<Settings>, string][] = [
    ['fails', async () => ({ ok: false, reason: 'tokens would not verify' }), 'tokens would not verify'],
    ['throws', () => Promise.reject(new Error('boom')), 'the self-test failed: boom'],
    ['never ends', () => new Promise(() => {}), 'the self-test did not end within 3000 ms'],
  ]
  test.each(tests)('refuses what fits but whose self-test %s', async (_, outcome, reason) => {
    const selfTest: SelfTest<Settings> = async ({ issuer }) =>
      issuer === first.issuer ? { ok: true } : outcome({ issuer, timeoutMs: 1 })
    const client = await started({ selfTest })
    await world.operator({ value: second })
    await pass(4_000)
    expect((await world.acknowledged()).at(-1)).toMatchObject({ status: 'refused', reason })
    expect(client.current()).toEqual(first)
  })

  test('tries again what everybody is to run, since a self-test may fail for the sake of another', async () => {
    let isDatabaseAway = true
    const selfTest: SelfTest<Settings> = async ({ issuer }) =>
      issuer === first.issuer || !isDatabaseAway ? { ok: true } : { ok: false, reason: 'no database' }
    const client = await started({ selfTest })
    await world.operator({ value: second })
    await pass(5_000)
    expect(client.current()).toEqual(first)
    isDatabaseAway = false
    await pass(2_500)
    expect(client.current()).toEqual(second)
    expect((await world.acknowledged()).map(({ version, status }) => `${version} ${status}`)).toEqual([
      '1 applied',
      '2 refused',
      '2 applied',
    ])
  })

  test('goes back from what it tried without asking a self-test that cannot pass just now', async () => {
    world.service.stop()
    world.service = startConfig({ staged: true })
    let isDatabaseAway = false
    const selfTest: SelfTest<Settings> = async () =>
      isDatabaseAway ? { ok: false, reason: 'no database' } : { ok: true }
    const client = await started({ selfTest })
    await pass(10)
    await world.operator({ value: second })
    await pass(100)
    expect(client.current()).toEqual(second)
    isDatabaseAway = true
    await world.operator({ to: 1 }, '/rollback')
    await pass(10)
    expect(client.current()).toEqual(first)
    expect((await world.acknowledged()).at(-1)).toMatchObject({ version: 1, status: 'applied' })
  })
})
