import { describe, expect, test } from 'vitest'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import { failingStore, operator, password, startAuth, startAuthWithUser, systemSecret } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

/** An auth whose store fails with whatever is put into `fault.error`. */
async function startOverFailingStore() {
  const fault: { error: unknown } = { error: undefined }
  const auth = await startAuthWithUser({ store: failingStore(createMemoryStore(), () => fault.error) })
  const web = await auth.signIn('web')
  const mobile = await auth.signIn('mobile')
  await auth.createClients('shop-', ['messages:read'])
  const requests = {
    'sign-in': () => auth.json('/sign-in', { username: 'user0', password, kind: 'web' }),
    refresh: () => auth.refresh(mobile.refresh_token),
    'introspection of a web session': () => auth.form('/introspect', { token: web.session }),
    'introspection of an access token': () => auth.form('/introspect', { token: mobile.access_token }),
    revocation: () => auth.form('/revoke', { token: web.session }),
    'the list of revocations': () => auth.send('/revocations'),
    'waiting for revocations': () => auth.send('/revocations?waitMs=1'),
    'a system token': () => auth.clientCredentials('shop-0'),
    'creating users': () => auth.createUsers('more', 1),
    'creating clients': () => auth.createClients('more-', ['messages:read']),
    'the list of keys': () => auth.send('/admin/keys', { headers: operator }),
    'the rotation of keys': () => auth.send('/admin/keys/rotate', { method: 'POST', headers: operator }),
  }
  return { auth, fault, requests }
}

describe('while the store cannot be reached', () => {
  test('everything that needs it is 503, never "inactive", and works again afterwards', async () => {
    const { auth, fault, requests } = await startOverFailingStore()
    fault.error = new StoreUnavailable('connection refused at 10.0.0.1')
    for (const [name, request] of Object.entries(requests)) {
      const answer = await request()
      expect([name, answer.status, answer.body]).toEqual([name, 503, { error: 'temporarily_unavailable' }])
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    expect(auth.lines.at(-1)).toMatchObject({ event: 'store-unavailable' })
    fault.error = undefined
    for (const [name, request] of Object.entries(requests))
      expect([name, (await request()).status]).toEqual([name, 200])
  })

  test('health, metadata and keys that are known are served', async () => {
    const { auth, fault } = await startOverFailingStore()
    fault.error = new StoreUnavailable('connection refused')
    for (const path of ['/healthz', '/jwks', '/.well-known/oauth-authorization-server'])
      expect([path, (await auth.send(path)).status]).toEqual([path, 200])
  })

  test('a token that is not ours is inactive only if the keys say so', async () => {
    const { auth, fault } = await startOverFailingStore()
    fault.error = new StoreUnavailable('connection refused')
    expect(await auth.introspect('nonsense')).toEqual({ active: false })
    const unknownKey = `${btoa('{"alg":"EdDSA","kid":"new","typ":"at+jwt"}').replace(/=+$/, '')}.e30.AAAA`
    expect((await auth.form('/introspect', { token: unknownKey })).status).toBe(503)
  })

  test('a process that starts then gets its keys as soon as the store is back', async () => {
    const fault: { error: unknown } = { error: new StoreUnavailable('connection refused') }
    const auth = startAuth({ store: failingStore(createMemoryStore(), () => fault.error) })
    expect((await auth.send('/jwks')).status).toBe(503)
    fault.error = undefined
    expect((await auth.send('/jwks')).body.keys).toHaveLength(1)
  })
})

describe('whatever else goes wrong', () => {
  test.each([
    ['an error', new Error('secret detail')],
    ['something that is not an error', 'secret detail'],
  ])('%s is 500 and tells the caller nothing', async (_title, thrown) => {
    const { auth, fault, requests } = await startOverFailingStore()
    fault.error = thrown
    for (const [name, request] of Object.entries(requests)) {
      const answer = await request()
      expect([name, answer.status, answer.body]).toEqual([name, 500, { error: 'server_error' }])
    }
    expect(auth.lines.at(-1)?.fields?.reason).toContain('secret detail')
  })

  test('an unknown route is 404', async () => {
    const answer = await startAuth().send('/login')
    expect(answer).toMatchObject({ status: 404, body: { error: 'not_found' } })
  })

  test.each([
    ['a body of text', 'x'.repeat(64 * 1024 + 1)],
    ['a stream', new Blob(['x'.repeat(64 * 1024 + 1)]).stream()],
  ])('%s above 64 KiB is 413', async (_title, body) => {
    const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/json' } }
    const answer = await startAuth().send('/sign-in', init as RequestInit)
    expect(answer).toMatchObject({ status: 413, body: { error: 'payload_too_large' } })
  })
})

describe('the log', () => {
  test('holds no password, token or session id', async () => {
    const { auth, fault, requests } = await startOverFailingStore()
    auth.setConfig({ refreshGraceS: 0 })
    const { session } = await auth.signIn('web')
    const { access_token, refresh_token } = await auth.signIn('mobile')
    const next = await auth.refresh(refresh_token)
    await auth.refresh(next.body.refresh_token)
    await auth.refresh(refresh_token)
    fault.error = new Error('broken')
    for (const request of Object.values(requests)) await request()
    const text = JSON.stringify(auth.lines)
    expect(text).toContain('refresh-token-reused')
    for (const secret of [
      password,
      systemSecret,
      session,
      access_token,
      refresh_token,
      next.body.refresh_token,
    ])
      expect(text).not.toContain(secret)
  })
})
