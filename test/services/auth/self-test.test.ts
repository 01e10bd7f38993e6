import { describe, expect, test } from 'vitest'
import { defaultAuthConfig } from '../../../services/auth/config.ts'
import { createSelfTest } from '../../../services/auth/self-test.ts'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import { failingStore, otherIssuer, startAuthWithUser } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

const config = () => defaultAuthConfig

describe('the self-test of a configuration', () => {
  test('passes one that keeps credentials good', async () => {
    const { store } = await startAuthWithUser()
    const selfTest = createSelfTest({ store, config })
    expect(await selfTest(defaultAuthConfig)).toEqual({ ok: true })
    expect(await selfTest({ ...defaultAuthConfig, accessTokenTtlS: 5, sessionTtlS: 60 })).toEqual({
      ok: true,
    })
  })

  test('fails another issuer, for its tokens and for its users', async () => {
    const { store } = await startAuthWithUser()
    const verdict = await createSelfTest({ store, config })({ ...defaultAuthConfig, issuer: otherIssuer })
    expect(verdict).toEqual({ ok: false, reason: expect.stringContaining('does not verify') })
    expect(verdict).toEqual({ ok: false, reason: expect.stringContaining('are not found') })
    expect(verdict).toEqual({ ok: false, reason: expect.stringContaining(otherIssuer) })
  })

  test('misses no users where there are none, or where they have been moved', async () => {
    const empty = createSelfTest({ store: createMemoryStore(), config })
    const moved = await startAuthWithUser()
    moved.setConfig({ issuer: otherIssuer })
    await moved.createUsers('user', 1)
    for (const selfTest of [empty, createSelfTest({ store: moved.store, config })]) {
      const verdict = await selfTest({ ...defaultAuthConfig, issuer: otherIssuer })
      expect(verdict).toEqual({ ok: false, reason: expect.not.stringContaining('are not found') })
    }
  })

  test('fails another audience', async () => {
    const { store } = await startAuthWithUser()
    const verdict = await createSelfTest({ store, config })({ ...defaultAuthConfig, audience: 'others' })
    expect(verdict).toEqual({ ok: false, reason: expect.stringContaining('audience "others"') })
  })

  test('agrees with what auth then does', async () => {
    const auth = await startAuthWithUser()
    const { access_token } = await auth.signIn('mobile')
    const selfTest = createSelfTest({ store: auth.store, config })
    for (const change of [{}, { issuer: otherIssuer }, { audience: 'others' }, { accessTokenTtlS: 1 }]) {
      const { ok } = await selfTest({ ...defaultAuthConfig, ...change })
      auth.setConfig({ ...defaultAuthConfig, ...change })
      expect([change, (await auth.introspect(access_token)).active]).toEqual([change, ok])
    }
  })

  test('fails what cannot be checked', async () => {
    const store = failingStore(createMemoryStore(), () => new StoreUnavailable('connection refused'))
    expect(await createSelfTest({ store, config })(defaultAuthConfig)).toEqual({
      ok: false,
      reason: 'could not be checked: connection refused',
    })
  })
})
