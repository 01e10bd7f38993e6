import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { basicHeader } from '../../../services/common/bearer.ts'
import { basicOfFeed, otherIssuer, services, startAuth, startAuthWithUser, systemSecret } from './helpers.ts'

afterEach(() => {
  vi.useRealTimers()
})

const both = ['messages:read', 'messages:write']

async function startWithClient(scopes: readonly string[] = both) {
  const auth = await startAuthWithUser()
  expect((await auth.createClients('shop-', scopes)).status).toBe(200)
  return auth
}
const basic = (id: string, secret: string) => ({ authorization: basicHeader({ id, secret }) })

describe('client credentials', () => {
  test('give a long-lived token with the claims of RFC 9068', async () => {
    const auth = await startWithClient()
    const { status, headers, body } = await auth.clientCredentials('shop-0')
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 2_592_000,
      scope: 'messages:read messages:write',
    })
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' })
    expect(decodeJwt(body.access_token)).toEqual({
      iss: 'https://auth.firebreak.test',
      aud: 'firebreak-apps',
      sub: 'shop-0',
      client_id: 'shop-0',
      scope: 'messages:read messages:write',
      sid: expect.any(String),
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
    })
    expect(await auth.introspect(body.access_token)).toEqual({
      active: true,
      sub: 'shop-0',
      iss: 'https://auth.firebreak.test',
      exp: decodeJwt(body.access_token).exp,
      sid: decodeJwt(body.access_token).sid,
      username: 'shop-0',
      client_id: 'shop-0',
      token_type: 'Bearer',
      scope: 'messages:read messages:write',
    })
  })

  test('are taken from the body too', async () => {
    const auth = await startWithClient()
    const fields = { grant_type: 'client_credentials', client_id: 'shop-0', client_secret: systemSecret }
    expect((await auth.form('/token', fields)).status).toBe(200)
  })

  test('end with their lifetime', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const auth = await startWithClient()
    auth.setConfig({ apiTokenTtlS: 100 })
    const { access_token, expires_in } = (await auth.clientCredentials('shop-0')).body
    expect(expires_in).toBe(100)
    vi.setSystemTime(Date.now() + 99_999)
    expect(await auth.introspect(access_token)).toMatchObject({ active: true })
    vi.setSystemTime(Date.now() + 1)
    expect(await auth.introspect(access_token)).toEqual({ active: false })
  })

  test('open a session for each token, ended by revoking that one', async () => {
    const auth = await startWithClient()
    const [one, two] = [await auth.clientCredentials('shop-0'), await auth.clientCredentials('shop-0')]
    const answer = await auth.form('/revoke', { token: one.body.access_token }, basic('shop-0', systemSecret))
    expect(answer).toMatchObject({ status: 200, body: {} })
    expect(await auth.introspect(one.body.access_token)).toEqual({ active: false })
    expect(await auth.introspect(two.body.access_token)).toMatchObject({ active: true })
    expect((await auth.send('/revocations')).body.revocations).toHaveLength(1)
  })

  test('belong to their issuer', async () => {
    const auth = await startWithClient()
    auth.setConfig({ issuer: otherIssuer })
    expect((await auth.clientCredentials('shop-0')).body).toEqual({ error: 'invalid_client' })
  })

  test.each([
    ['one of two', 'messages:read', 'messages:read'],
    ['both', 'messages:write messages:read', 'messages:write messages:read'],
    ['one twice', 'messages:read messages:read', 'messages:read'],
    ['none, which counts as left out', '', 'messages:read messages:write'],
  ])('grant the scope asked for: %s', async (_title, scope, granted) => {
    const auth = await startWithClient()
    expect((await auth.clientCredentials('shop-0', { scope })).body.scope).toBe(granted)
  })

  test.each([
    ['not granted', 'messages:write'],
    ['one granted and one not', 'messages:read messages:write'],
    ['unknown', 'everything'],
    ['with a quotation mark', 'messages:"read"'],
    ['with two spaces', 'messages:read  messages:read'],
    ['of a space', ' '],
    ['of another alphabet', 'сообщения'],
  ])('refuse a scope that is %s', async (_title, scope) => {
    const auth = await startWithClient(['messages:read'])
    const answer = await auth.clientCredentials('shop-0', { scope })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })
})

describe('a client is refused with 401 invalid_client at the token endpoint', () => {
  const grant = { grant_type: 'client_credentials' }
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['without credentials', grant, {}],
    ['with a name alone', { ...grant, client_id: 'shop-0' }, {}],
    ['with another secret', grant, basic('shop-0', `${systemSecret}.`)],
    ['with an empty secret', grant, basic('shop-0', '')],
    ['with an unknown name', grant, basic('shop-1', systemSecret)],
    ['with a name that no database takes', grant, basic('shop\0', systemSecret)],
    ['with the secret of a service under its own name', grant, basic('shop-0', services.feed)],
    ['with another scheme', grant, { authorization: `Bearer ${systemSecret}` }],
    ['with what is not base64', grant, { authorization: 'Basic ???' }],
    ['with no colon', grant, { authorization: `Basic ${btoa('shop-0')}` }],
    ['with a broken escape', grant, { authorization: `Basic ${btoa('shop-0:%E0%A4%A')}` }],
    ['with another secret in the body', { ...grant, client_id: 'shop-0', client_secret: 'x' }, {}],
    [
      'with another secret, refreshing',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      basic('shop-0', 'x'),
    ],
  ])('%s', async (_title, fields, headers) => {
    const auth = await startWithClient()
    const answer = await auth.form('/token', fields, headers)
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
  })

  test('and alike, whether or not there is one of that name', async () => {
    const auth = await startWithClient()
    const [known, unknown] = [
      await auth.form('/token', grant, basic('shop-0', 'wrong')),
      await auth.form('/token', grant, basic('nobody', 'wrong')),
    ]
    expect(unknown.body).toEqual(known.body)
    expect([...unknown.headers]).toEqual([...known.headers])
  })
})

test.each<[string, Record<string, string>, Record<string, string>, string]>([
  [
    'both in header and body',
    { client_id: 'shop-0', client_secret: systemSecret },
    basic('shop-0', systemSecret),
    'invalid_request',
  ],
  ['under two names', { client_id: 'shop-1' }, basic('shop-0', systemSecret), 'invalid_request'],
  ['with a secret and no name', { client_secret: systemSecret }, {}, 'invalid_request'],
  ['that is one of the services', {}, basicOfFeed, 'unauthorized_client'],
])('a client %s is refused with 400', async (_title, fields, headers, error) => {
  const auth = await startWithClient()
  const answer = await auth.form('/token', { grant_type: 'client_credentials', ...fields }, headers)
  expect(answer).toMatchObject({ status: 400, body: { error } })
})

describe('introspection, revocation and sign-in', () => {
  const paths = ['/introspect', '/revoke', '/sign-in']
  const refusedEverywhere: [string, Record<string, string>][] = [
    ['nobody', {}],
    ['a service with another secret', basic('feed', services.photos)],
    ['an unknown service', basic('nobody', services.feed)],
    ['a service with its secret in clear', { authorization: `Basic ${btoa(`feed:${services.feed}`)}` }],
    ['a bearer token', { authorization: 'Bearer nonsense' }],
  ]

  test.each(
    paths.flatMap(path => refusedEverywhere.map(([title, headers]) => [path, title, headers] as const)),
  )('%s is refused to %s', async (path, _title, headers) => {
    const auth = await startWithClient()
    const answer = await auth.form(path, { token: 'x' }, headers)
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
  })

  test('are open to every service, for the sessions of all', async () => {
    const auth = await startWithClient()
    const { session } = await auth.signIn('web')
    const photos = basic('photos', services.photos)
    expect((await auth.form('/introspect', { token: session }, photos)).body).toMatchObject({ active: true })
    await auth.form('/revoke', { token: session }, photos)
    expect(await auth.introspect(session)).toEqual({ active: false })
  })

  test('take credentials in the header only', async () => {
    const auth = await startWithClient()
    const fields = { token: 'x', client_id: 'feed', client_secret: services.feed }
    for (const path of ['/introspect', '/revoke'])
      expect((await auth.form(path, fields, {})).status).toBe(401)
  })

  test('are not a system client’s, but for revoking what is its own', async () => {
    const auth = await startWithClient()
    await auth.createClients('bank-', both)
    const { access_token } = (await auth.clientCredentials('shop-0')).body
    const { session } = await auth.signIn('web')
    const bank = basic('bank-0', systemSecret)
    expect((await auth.form('/introspect', { token: access_token }, bank)).status).toBe(401)
    for (const token of [access_token, session])
      expect(await auth.form('/revoke', { token }, bank)).toMatchObject({
        status: 400,
        body: { error: 'unauthorized_client' },
      })
    expect((await auth.form('/revoke', { token: 'nonsense' }, bank)).status).toBe(200)
    expect(await auth.introspect(access_token)).toMatchObject({ active: true })
    expect(await auth.introspect(session)).toMatchObject({ active: true })
  })
})

test('what is revoked is never active again, in any process', async () => {
  const a = await startWithClient()
  const b = startAuth({ store: a.store })
  const tokens = [(await a.clientCredentials('shop-0')).body.access_token, (await a.signIn('web')).session]
  const mobile = await a.signIn('mobile')
  for (const token of [...tokens, mobile.access_token]) await b.form('/revoke', { token })
  await a.refresh(mobile.refresh_token)
  await a.signIn('mobile')
  for (const auth of [a, b])
    for (const token of [...tokens, mobile.access_token])
      expect(await auth.introspect(token)).toEqual({ active: false })
})
