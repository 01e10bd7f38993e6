import { UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { sidOf } from '../../../services/auth/sessions.ts'
import { forgeAccessToken, otherIssuer, startAuthWithUser } from './helpers.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('introspection', () => {
  test('describes a web session', async () => {
    const auth = await startAuthWithUser()
    const { session, subject, expiresAt } = await auth.signIn('web')
    const answer = await auth.form('/introspect', { token: session })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toEqual({
      active: true,
      sub: subject,
      iss: 'https://auth.firebreak.test',
      exp: Math.floor(expiresAt / 1000),
      sid: sidOf(session),
      token_type: 'session',
      username: 'user0',
      client_id: 'feed',
    })
  })

  test('describes an access token', async () => {
    const auth = await startAuthWithUser()
    const { access_token, session, subject } = await auth.signIn('mobile')
    expect(await auth.introspect(access_token)).toEqual({
      active: true,
      sub: subject,
      iss: 'https://auth.firebreak.test',
      exp: expect.any(Number),
      sid: sidOf(session),
      token_type: 'Bearer',
      username: 'user0',
      client_id: 'feed',
    })
  })

  test('ends with the lifetime of a web session', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const auth = await startAuthWithUser()
    const { session, expiresAt } = await auth.signIn('web')
    vi.setSystemTime(expiresAt - 1)
    expect(await auth.introspect(session)).toMatchObject({ active: true })
    vi.setSystemTime(expiresAt)
    expect(await auth.introspect(session)).toEqual({ active: false })
  })

  test('ends with the lifetime of an access token, while its session goes on', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const auth = await startAuthWithUser()
    const { access_token, refresh_token, expires_in } = await auth.signIn('mobile')
    vi.setSystemTime(Date.now() + expires_in * 1000 - 1)
    expect(await auth.introspect(access_token)).toMatchObject({ active: true })
    vi.setSystemTime(Date.now() + 1001)
    expect(await auth.introspect(access_token)).toEqual({ active: false })
    expect((await auth.refresh(refresh_token)).status).toBe(200)
  })

  test('calls everything inactive under another issuer, and active again afterwards', async () => {
    const auth = await startAuthWithUser()
    const web = await auth.signIn('web')
    const mobile = await auth.signIn('mobile')
    auth.setConfig({ issuer: otherIssuer })
    expect(await auth.introspect(web.session)).toEqual({ active: false })
    expect(await auth.introspect(mobile.access_token)).toEqual({ active: false })
    auth.setConfig({ issuer: 'https://auth.firebreak.test' })
    expect(await auth.introspect(web.session)).toMatchObject({ active: true })
    expect(await auth.introspect(mobile.access_token)).toMatchObject({ active: true })
  })

  test('calls access tokens, but not web sessions, inactive under another audience', async () => {
    const auth = await startAuthWithUser()
    const web = await auth.signIn('web')
    const mobile = await auth.signIn('mobile')
    auth.setConfig({ audience: 'others' })
    expect(await auth.introspect(mobile.access_token)).toEqual({ active: false })
    expect(await auth.introspect(web.session)).toMatchObject({ active: true })
  })

  test('does not take a mobile session id or a refresh token for a credential', async () => {
    const auth = await startAuthWithUser()
    const { session, refresh_token } = await auth.signIn('mobile')
    expect(await auth.introspect(session)).toEqual({ active: false })
    expect(await auth.introspect(refresh_token)).toEqual({ active: false })
  })

  test('does not take the public name of a session for its secret id', async () => {
    const auth = await startAuthWithUser()
    const { session } = await auth.signIn('web')
    expect(await auth.introspect(sidOf(session))).toEqual({ active: false })
  })

  test.each(['x', 'a.b', 'a.b.c', 'a.b.c.d', '..', '\0', 'é'.repeat(43), 'A'.repeat(43), 'A'.repeat(20_000)])(
    'calls nonsense (%#) inactive, with 200',
    async token => {
      const auth = await startAuthWithUser()
      expect(await auth.form('/introspect', { token })).toMatchObject({
        status: 200,
        body: { active: false },
      })
    },
  )

  test.each([
    ['nothing', {}],
    ['an empty token', { token: '' }],
    ['another field', { access_token: 'x' }],
  ])('refuses %s', async (_title, fields: Record<string, string>) => {
    const auth = await startAuthWithUser()
    const answer = await auth.form('/introspect', fields)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})

describe('a forged access token is inactive when', () => {
  async function mobileSession() {
    const auth = await startAuthWithUser()
    const { session } = await auth.signIn('mobile')
    const sid = sidOf(session)
    return { auth, store: auth.store, sid, now: Math.floor(Date.now() / 1000) }
  }

  test('(the forger makes a valid one, if nothing is wrong with it)', async () => {
    const { auth, store, sid } = await mobileSession()
    expect(await auth.introspect(await forgeAccessToken({ store, claims: { sid } }))).toMatchObject({
      active: true,
    })
  })

  test('signed by another key under our key id', async () => {
    const { auth, store, sid } = await mobileSession()
    const token = await forgeAccessToken({ store, claims: { sid }, foreignKey: true })
    expect(await auth.introspect(token)).toEqual({ active: false })
  })

  test('not signed at all', async () => {
    const { auth, sid, now } = await mobileSession()
    const token = new UnsecuredJWT({ sid, jti: 'j' })
      .setIssuer('https://auth.firebreak.test')
      .setAudience('firebreak-apps')
      .setSubject('s')
      .setIssuedAt(now)
      .setExpirationTime(now + 60)
      .encode()
    expect(await auth.introspect(token)).toEqual({ active: false })
  })

  test('its signature is cut off', async () => {
    const { auth, store, sid } = await mobileSession()
    const token = await forgeAccessToken({ store, claims: { sid } })
    expect(await auth.introspect(token.replace(/[^.]*$/, ''))).toEqual({ active: false })
  })

  test.each<[string, { header?: Record<string, unknown>; claims?: Record<string, unknown> }]>([
    ['its key id is unknown', { header: { kid: 'other' } }],
    ['it has no key id', { header: { kid: undefined } }],
    ['it has another type', { header: { typ: 'rt+jwt' } }],
    ['it has no type', { header: { typ: undefined } }],
    ['it has expired', { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }],
    ['it never expires', { claims: { exp: undefined } }],
    ['it has another issuer', { claims: { iss: otherIssuer } }],
    ['it has another audience', { claims: { aud: 'others' } }],
    ['it has no audience', { claims: { aud: undefined } }],
    ['it names no session', { claims: { sid: undefined } }],
    ['it names a session that does not exist', { claims: { sid: 'none' } }],
    ['its session is not text', { claims: { sid: 7 } }],
  ])('%s', async (_title, { header = {}, claims = {} }) => {
    const { auth, store, sid } = await mobileSession()
    const token = await forgeAccessToken({ store, header, claims: { sid, ...claims } })
    expect(await auth.introspect(token)).toEqual({ active: false })
  })

  test('it names a web session', async () => {
    const { auth, store } = await mobileSession()
    const { session } = await auth.signIn('web')
    const token = await forgeAccessToken({ store, claims: { sid: sidOf(session) } })
    expect(await auth.introspect(token)).toEqual({ active: false })
  })
})
