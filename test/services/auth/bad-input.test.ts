import { UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { sidOf } from '../../../services/auth/sessions.ts'
import { endpoints, expectDecent } from './decent-answers.ts'
import {
  adminToken,
  forgeAccessToken,
  metadataPath,
  operator,
  startAuth,
  startAuthWithUser,
  systemSecret,
} from './helpers.ts'

describe.each(endpoints)('$path', ({ path, type, credentials }) => {
  const post = (
    body: NonNullable<RequestInit['body']>,
    headers: Record<string, string> = { ...type, ...credentials },
  ) => startAuth().send(path, { method: 'POST', body, headers })

  test.each([
    ['nothing', '', 400],
    ['no JSON and no form', '{"%%%', 400],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00, 0x80]), 400],
    ['a JSON list', '[]', 400],
    ['deeply nested JSON', '['.repeat(10_000), 400],
    ['a prototype', '{"__proto__":{"password":"x"}}', 400],
    ['more than 64 KiB', 'x'.repeat(64 * 1024 + 1), 413],
  ])('refuses a body of %s', async (_title, body, status) => {
    const answer = await post(body)
    expect(answer.status).toBe(status)
    if (status === 400) expectDecent(answer, [400])
  })

  test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/xml', ''])(
    'refuses the content type "%s"',
    async contentType => {
      expectDecent(await post('token=x', { ...credentials, 'content-type': contentType }), [415])
    },
  )

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'refuses %s, and says what is allowed',
    async method => {
      const answer = await startAuth().send(path, { method, headers: credentials })
      expectDecent(answer, [405])
      expect(answer.headers.get('allow')).toBe('POST')
    },
  )

  test('takes no operator’s or service’s place from what looks like one', async () => {
    if (path === '/token') return expectDecent(await post('', { ...type, authorization: 'Basic' }), [400])
    for (const authorization of [
      '',
      'Bearer',
      'Basic',
      `Bearer  ${adminToken} x`,
      'Basic Og==',
      'Bearer \u00ff',
    ])
      expectDecent(await post('token=x', { ...type, authorization }), [401])
  })
})

describe('a token that is not good is inactive:', () => {
  const now = Math.floor(Date.now() / 1000)
  test.each<
    [string, { header?: Record<string, unknown>; claims?: Record<string, unknown>; foreignKey?: boolean }]
  >([
    ['of another key', { foreignKey: true }],
    ['of a made-up key', { header: { kid: 'made-up' } }],
    ['of a key with an odd name', { header: { kid: '__proto__' } }],
    ['expired', { claims: { exp: now - 1 } }],
    ['not yet valid', { claims: { nbf: now + 3600 } }],
    ['for another audience', { claims: { aud: 'others' } }],
    ['that brings its own key', { header: { kid: undefined, jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA' } } }],
    ['that names a place for its key', { header: { kid: undefined, jku: 'http://127.0.0.1:1/jwks' } }],
  ])('%s', async (_title, forgery) => {
    const auth = await startAuthWithUser()
    const { session } = await auth.signIn('mobile')
    const claims = { sid: sidOf(session), ...forgery.claims }
    const token = await forgeAccessToken({ ...forgery, store: auth.store, claims })
    expect(await auth.form('/introspect', { token })).toMatchObject({ status: 200, body: { active: false } })
    expect(await auth.refresh(token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('not signed (alg none)', async () => {
    const auth = await startAuthWithUser()
    const { session } = await auth.signIn('mobile')
    const token = new UnsecuredJWT({ sid: sidOf(session), jti: 'j', parent: 'sign-in', client_id: 'feed' })
      .setIssuer('https://auth.firebreak.test')
      .setAudience('firebreak-apps')
      .setSubject('s')
      .setIssuedAt(now)
      .setExpirationTime(now + 60)
      .encode()
    expect(await auth.introspect(token)).toEqual({ active: false })
    expect((await auth.refresh(token)).body).toEqual({ error: 'invalid_grant' })
    await auth.form('/revoke', { token })
    expect((await auth.send('/revocations')).body.revocations).toEqual([])
  })
})

describe('what is given is never written into a header', () => {
  const injection = 'x\r\nX-Injected: 1\r\nSet-Cookie: a=b'
  test.each<[string, Record<string, string>]>([
    ['/token', { grant_type: injection }],
    ['/token', { grant_type: 'client_credentials', client_id: injection, client_secret: injection }],
    [
      '/token',
      {
        grant_type: 'client_credentials',
        client_id: 'shop-0',
        client_secret: systemSecret,
        scope: injection,
      },
    ],
    ['/token', { grant_type: 'refresh_token', refresh_token: injection, client_id: injection }],
    ['/introspect', { token: injection, token_type_hint: injection }],
    ['/revoke', { token: injection }],
  ])('by %s (%#)', async (path, fields) => {
    const auth = startAuth()
    await auth.createClients('shop-', ['messages:read'])
    expectDecent(await auth.form(path, fields), [200, 400, 401])
  })

  test('by sign-in', async () => {
    const answer = await startAuth().json('/sign-in', {
      username: injection,
      password: injection,
      kind: 'web',
    })
    expectDecent(answer, [400])
  })
})

test('what is read, not sent, refuses other methods too', async () => {
  for (const path of ['/jwks', '/revocations', metadataPath, '/healthz', '/admin/keys']) {
    const answer = await startAuth().send(path, { method: 'POST', headers: operator })
    expectDecent(answer, [405])
    expect(answer.headers.get('allow')).toBe('GET')
  }
})
