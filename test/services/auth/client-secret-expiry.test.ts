import { afterEach, describe, expect, test, vi } from 'vitest'
import { basicHeader } from '../../../services/common/bearer.ts'
import { services, startAuthWithUser } from './helpers.ts'

const nowMs = Date.parse('2030-01-01T12:00:00Z')

afterEach(() => {
  vi.useRealTimers()
})

async function startAuth() {
  vi.useFakeTimers({ now: nowMs, toFake: ['Date'] })
  const auth = await startAuthWithUser()
  const ask = (token: string) => auth.form('/introspect', { token })
  return { ...auth, ask, expireAt: (ms: number) => auth.setConfig({ clientSecretsExpireAtS: ms / 1_000 }) }
}

describe('the secrets of the services', () => {
  test('are good until the moment that the configuration says, and not from then on', async () => {
    const auth = await startAuth()
    const { session } = await auth.signIn('web')
    auth.expireAt(nowMs + 5_000)
    vi.setSystemTime(nowMs + 4_999)
    expect((await auth.ask(session)).body).toMatchObject({ active: true })
    vi.setSystemTime(nowMs + 5_000)
    const { status, headers, body } = await auth.ask(session)
    expect([status, body]).toEqual([401, { error: 'invalid_client' }])
    expect(headers.get('www-authenticate')).toMatch(/^Basic /)
    // What another configuration says counts at once.
    auth.expireAt(0)
    expect((await auth.ask(session)).body).toMatchObject({ active: true })
  })

  test('are needed for all that a service may ask', async () => {
    const auth = await startAuth()
    const { refresh_token, session } = await auth.signIn('mobile')
    const authorization = basicHeader({ id: 'feed', secret: services.feed })
    auth.expireAt(nowMs)
    const refused = await Promise.all([
      auth.json('/sign-in', { username: 'user0', password: 'x', kind: 'web' }),
      auth.form('/revoke', { token: session }),
      auth.form('/token', { grant_type: 'refresh_token', refresh_token }, { authorization }),
    ])
    expect(refused.map(({ status, body }) => `${status} ${body.error}`)).toEqual(
      Array(3).fill('401 invalid_client'),
    )
  })

  test('have nothing to do with those of system clients', async () => {
    const auth = await startAuth()
    await auth.createClients('shop-', ['messages:read'])
    auth.expireAt(nowMs)
    expect((await auth.clientCredentials('shop-0')).status).toBe(200)
  })
})
