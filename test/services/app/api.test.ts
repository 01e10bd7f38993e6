/** The surface for system callers: tokens, scopes, and the challenges of RFC 6750. */
import { describe, expect, test } from 'vitest'
import { messengerApi } from '../../../services/app/roles/messenger-api.ts'
import { basicHeader, basicOf } from '../../../services/common/bearer.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { type Asked, active, fakeAuth, inactive } from './fake-auth.ts'
import { appWith, architectures } from './world.ts'

const hardened = architectures.hardened
const withoutOffline = hardened.filter(name => name !== 'offline-token-validation')
const client = { id: 'shop:1', secret: 'a secret + more' }

function apiWith(names: readonly Mitigation[], reply: (asked: Asked) => Response | undefined) {
  const fake = fakeAuth(reply)
  const app = appWith(names, { role: messengerApi, fetch: fake.fetch })
  const send = (path: string, init: RequestInit = {}) =>
    app.fetch(new Request(`http://api.test${path}`, init))
  return { fake, send }
}

const bearer = { authorization: 'Bearer t' }
const jsonType = { 'content-type': 'application/json' }
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const post = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { ...bearer, ...jsonType, ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const hello = { to: '+1 555 0100', text: 'hello' }

describe('messages', () => {
  test('are sent and listed by whoever has the scope, each seeing its own', async () => {
    const { send } = apiWith(hardened, ({ form }) =>
      active({ sub: form.get('token'), scope: 'messages:read messages:write' }),
    )
    const sent = await send('/v1/messages', post(hello))
    expect(sent.status).toBe(201)
    expect(await sent.json()).toMatchObject(hello)
    const list = async (token: string) => {
      const response = await send('/v1/messages', { headers: { authorization: `Bearer ${token}` } })
      expect(response.status).toBe(200)
      return ((await response.json()) as { messages: object[] }).messages
    }
    expect(await list('t')).toMatchObject([hello])
    expect(await list('somebody-else')).toEqual([])
  })

  test.each<[string, RequestInit, Asked['path'], number, RegExp]>([
    ['no token', {}, '', 401, /^Bearer realm="messenger-api"$/],
    [
      'another scheme',
      { headers: { authorization: 'Basic YTpi' } },
      '',
      401,
      /^Bearer realm="messenger-api"$/,
    ],
    ['a malformed token', { headers: { authorization: 'Bearer a b' } }, '', 400, /error="invalid_request"/],
    ['a token that auth calls inactive', { headers: bearer }, 'inactive', 401, /error="invalid_token"/],
    [
      'a token without the scope',
      { headers: bearer },
      'messages:write',
      403,
      /insufficient_scope", scope="messages:read"/,
    ],
    ['a token with no scope at all', { headers: bearer }, '', 403, /error="insufficient_scope"/],
    [
      'a scope that only looks like it',
      { headers: bearer },
      'messages:reader',
      403,
      /error="insufficient_scope"/,
    ],
  ])('with %s', async (_what, init, scope, status, challenge) => {
    const { send } = apiWith(hardened, () =>
      scope === 'inactive' ? inactive() : active(scope === '' ? {} : { scope }),
    )
    const response = await send('/v1/messages', init)
    expect(response.status).toBe(status)
    expect(response.headers.get('www-authenticate')).toMatch(challenge)
  })

  test.each<[string, readonly Mitigation[], number, number]>([
    ['shared-fate', [], 401, 401],
    ['hardened', withoutOffline, 200, 503],
  ])('while auth is away, in %s: reading what was good is %s, writing', async (_name, names, read, write) => {
    let away = false
    const { send } = apiWith(names, () =>
      away ? undefined : active({ scope: 'messages:read messages:write' }),
    )
    expect((await send('/v1/messages', post(hello))).status).toBe(201)
    away = true
    const listed = await send('/v1/messages', { headers: bearer })
    expect(listed.status).toBe(read)
    expect(listed.headers.get('x-served')).toBe(read === 200 ? 'stale-session' : null)
    const written = await send('/v1/messages', post(hello))
    expect(written.status).toBe(write)
    expect(written.headers.has('retry-after')).toBe(write === 503)
  })

  test.each<[string, RequestInit, number]>([
    ['malformed JSON', post('{'), 400],
    ['JSON of another form', post({ to: 'x' }), 400],
    ['too long a text', post({ to: 'x', text: 'x'.repeat(2_001) }), 400],
    ['another content type', post(hello, { 'content-type': 'text/plain' }), 415],
    ['an oversized body', post({ to: 'x', text: 'x'.repeat(70_000) }), 413],
    ['another method', { method: 'DELETE', headers: bearer }, 405],
  ])('refuses %s', async (_what, init, status) => {
    const { send } = apiWith(hardened, () => active({ scope: 'messages:write' }))
    const response = await send('/v1/messages', init)
    expect(response.status).toBe(status)
    expect(response.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD, POST' : null)
  })
})

describe('a token', () => {
  const ask = (fields: Record<string, string>, authorization?: string) => ({
    method: 'POST',
    headers: { ...formType, ...(authorization ? { authorization } : {}) },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }).toString(),
  })
  const granted = { access_token: 'a', token_type: 'Bearer', expires_in: 600, scope: 'messages:read' }
  const yes = () => Response.json(granted)

  test.each<[string, RequestInit]>([
    ['by Basic', ask({ scope: 'messages:read' }, basicHeader(client))],
    ['in the body', ask({ scope: 'messages:read', client_id: client.id, client_secret: client.secret })],
    [
      'by Basic with the same name in the body',
      ask({ scope: 'messages:read', client_id: client.id }, basicHeader(client)),
    ],
  ])('is given for credentials %s, with what auth answers', async (_how, init) => {
    const { fake, send } = apiWith(hardened, yes)
    const response = await send('/oauth/token', init)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual(granted)
    const [asked] = fake.asked
    if (!asked) throw new Error('auth was not asked')
    expect(basicOf(asked)).toEqual(client)
    expect(Object.fromEntries(asked.form)).toEqual({
      grant_type: 'client_credentials',
      scope: 'messages:read',
    })
  })

  const error = (status: number, code: string) => () => Response.json({ error: code }, { status })
  test.each<[string, RequestInit, () => Response | undefined, number, string]>([
    ['a wrong secret', ask({}, basicHeader(client)), error(401, 'invalid_client'), 401, 'invalid_client'],
    [
      'a scope it may not have',
      ask({}, basicHeader(client)),
      error(400, 'invalid_scope'),
      400,
      'invalid_scope',
    ],
    ['an auth that is away', ask({}, basicHeader(client)), () => undefined, 503, 'temporarily_unavailable'],
    [
      'an auth in trouble',
      ask({}, basicHeader(client)),
      error(500, 'server_error'),
      503,
      'temporarily_unavailable',
    ],
    ['no credentials', ask({}), yes, 401, 'invalid_client'],
    ['a name alone', ask({ client_id: 'a' }), yes, 401, 'invalid_client'],
    ['a malformed Basic', ask({}, 'Basic %%%'), yes, 401, 'invalid_client'],
    [
      'credentials twice',
      ask({ client_id: client.id, client_secret: 'x' }, basicHeader(client)),
      yes,
      400,
      'invalid_request',
    ],
    ['two names', ask({ client_id: 'other' }, basicHeader(client)), yes, 400, 'invalid_request'],
    [
      'another grant',
      ask({ grant_type: 'password' }, basicHeader(client)),
      yes,
      400,
      'unsupported_grant_type',
    ],
    [
      'a field twice',
      { ...ask({}), body: 'grant_type=client_credentials&grant_type=x' },
      yes,
      400,
      'invalid_request',
    ],
    ['no grant', { ...ask({}), body: '' }, yes, 400, 'invalid_request'],
    ['JSON', { ...ask({}), headers: jsonType }, yes, 415, 'unsupported_media_type'],
    ['another method', {}, yes, 405, 'method_not_allowed'],
  ])('is not given with %s', async (_what, init, reply, status, code) => {
    const { send } = apiWith(hardened, reply)
    const response = await send('/oauth/token', init)
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([status, code])
    if (status === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  test('is refused as the client when auth is away and there is no third state', async () => {
    const { send } = apiWith([], () => undefined)
    expect((await send('/oauth/token', ask({}, basicHeader(client)))).status).toBe(401)
  })

  test.each<[string, RequestInit, number]>([
    ['is revoked', { method: 'POST', headers: formType, body: 'token=t' }, 200],
    ['that is missing cannot be revoked', { method: 'POST', headers: formType, body: '' }, 400],
  ])('%s', async (_what, init, status) => {
    const { send } = apiWith(hardened, () => new Response(null))
    expect((await send('/oauth/revoke', init)).status).toBe(status)
  })

  test('is not said to be revoked while auth is away', async () => {
    const { send } = apiWith(hardened, () => undefined)
    expect((await send('/oauth/revoke', { method: 'POST', headers: formType, body: 'token=t' })).status).toBe(
      503,
    )
  })
})
