import { describe, expect, test } from 'vitest'
import type { CacheClient } from '../../../services/auth/cache-client.ts'
import { createCredentialPolicy, credentialKindsSetting } from '../../../services/auth/credential-policy.ts'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { startAuth } from './helpers.ts'

function start(mitigations: readonly Mitigation[] = []) {
  const cached = new Map<string, unknown>()
  const cache: CacheClient = {
    get: async key => cached.get(key),
    put: async (key, value) => void cached.set(key, value),
    drop: async key => void cached.delete(key),
    settle: async () => {},
    stop() {},
  }
  const world = { value: ['web', 'api'] as unknown, away: false, reads: 0 }
  const store = {
    async findSetting() {
      world.reads += 1
      if (world.away) throw new StoreUnavailable('away')
      return world.value
    },
  }
  const policy = createCredentialPolicy({ store, cache, mitigations: new Set(mitigations), log: () => {} })
  return { world, cached, policy }
}

const validating: readonly Mitigation[] = ['config-validation']

describe.each([[[]], [validating]])('which kinds of credential count (%j)', mitigations => {
  test('is what the setting says, read once', async () => {
    const { policy, world, cached } = start(mitigations)
    expect(await policy.accepts('web')).toBe(true)
    expect(await policy.accepts('mobile')).toBe(false)
    expect(world.reads).toBe(1)
    expect(cached.get(credentialKindsSetting)).toEqual(['web', 'api'])
  })

  test('is all of them where the setting makes no sense', async () => {
    const { policy, world } = start(mitigations)
    world.value = 'none of them'
    expect(await policy.accepts('device')).toBe(true)
  })
})

describe('without mitigations', () => {
  test('a value that makes no sense is read anew with every request', async () => {
    const { policy, world } = start()
    world.value = 'none of them'
    for (let n = 0; n < 5; n += 1) await policy.accepts('web')
    expect(world.reads).toBe(5)
  })

  test('an error throws away what somebody else has just put there', async () => {
    const { policy, world, cached } = start()
    world.away = true
    const failing = policy.accepts('web')
    cached.set(credentialKindsSetting, ['web'])
    await expect(failing).rejects.toThrow(StoreUnavailable)
    expect(cached.has(credentialKindsSetting)).toBe(false)
  })
})

describe('with config-validation', () => {
  test('the last value that made sense counts, and is not looked after with every request', async () => {
    const { policy, world, cached } = start(validating)
    await policy.accepts('web')
    world.value = 'none of them'
    cached.clear()
    for (let n = 0; n < 20; n += 1) expect(await policy.accepts('mobile')).toBe(false)
    expect(world.reads).toBe(1)
  })

  test('many at once look once', async () => {
    const { policy, world } = start(validating)
    await Promise.all(Array.from({ length: 20 }, () => policy.accepts('web')))
    expect(world.reads).toBe(1)
  })
})

test('auth refuses a kind that does not count, at the door and later', async () => {
  const kinds = new Set(['web', 'mobile'])
  const auth = startAuth({ policy: { accepts: async kind => kinds.has(kind) } })
  await auth.createUsers('user', 1)
  const { session } = await auth.signIn('web')
  expect(await auth.introspect(session)).toMatchObject({ active: true })
  kinds.delete('web')
  expect(await auth.introspect(session)).toEqual({ active: false })
})
