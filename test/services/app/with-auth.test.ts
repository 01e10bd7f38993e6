/** Apps and the real auth together, in this process: what each says is what the other understands. */
import { afterEach, describe, expect, test } from 'vitest'
import type { App } from '../../../services/app/app.ts'
import { roles } from '../../../services/app/roles/index.ts'
import { createAuth } from '../../../services/auth/auth.ts'
import { defaultAuthConfig } from '../../../services/auth/config.ts'
import { basicHeader } from '../../../services/common/bearer.ts'
import { Health } from '../../../services/common/health.ts'
import { type Mitigation, mitigations } from '../../../services/common/mitigations.ts'
import { createMemoryStore } from '../auth/store-memory.ts'
import { appWith, clientSecret, content, directoryOf, eventually, json } from './world.ts'

const password = 'correct horse battery staple'
const system = { id: 'shop-0', secret: 'a machine secret' }
const appNames = ['feed', 'photos', 'chat', 'messenger-api']

const running: App[] = []
afterEach(() => {
  for (const app of running.splice(0)) app.stop()
})

/** An auth for each cell (or one), with a user and a system client in the last of them. */
async function family(cells: string[], names: readonly Mitigation[]) {
  const auths = new Map(
    (cells.length === 0 ? [undefined] : cells).map(cell => {
      const auth = createAuth({
        store: createMemoryStore(),
        config: () => defaultAuthConfig,
        adminToken: 'operator',
        clients: Object.fromEntries(appNames.map(name => [name, clientSecret])),
        cell,
        mitigations: new Set(names),
        health: new Health(),
        log: () => {},
      })
      return [cell === undefined ? 'auth.test' : `auth-${cell}.test`, auth] as const
    }),
  )
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const auth = auths.get(new URL(request.url).host)
    if (!auth) throw new TypeError('fetch failed')
    return auth.fetch(request)
  }
  const home = [...auths.keys()].at(-1)
  const operator = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer operator' }
    const response = await send(`http://${home}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    expect(response.ok).toBe(true)
  }
  await operator('/admin/users', { password, users: [{ prefix: 'ada', count: 1 }] })
  await operator('/admin/clients', {
    secret: system.secret,
    scopes: ['messages:read', 'messages:write'],
    clients: [{ prefix: 'shop-', count: 1 }],
  })
  const appOf = (name: string) => {
    const role = roles[name]
    if (!role) throw new Error(`no role ${name}`)
    const config = { checkTimeoutMs: 2_000, signInTimeoutMs: 2_000 }
    const app = appWith(names, { role, fetch: send, directory: directoryOf(...cells), config })
    app.start()
    running.push(app)
    return app
  }
  return { appOf }
}

// Where the user is: not where the account is, if there are cells.
const away = { 'x-region': 'us', 'x-forwarded-for': '10.1.2.3' }
const credentials = { username: 'ada0', password }

/** Calls a path and expects a status. */
async function ask(app: App, request: Request, status: number): Promise<Record<string, string>> {
  const response = await app.fetch(request)
  const text = await response.text()
  expect([response.status, text]).toEqual([status, text])
  return text === '' ? {} : JSON.parse(text)
}

const until = (app: App, token: string, status: number) =>
  eventually(async () => ((await app.fetch(content(token))).status === status ? true : undefined))

describe.each<[string, string[], readonly Mitigation[]]>([
  ['shared-fate', [], []],
  ['hardened', [], mitigations.filter(name => name !== 'cells')],
  ['cellular', ['us', 'eu'], mitigations],
])('in %s', (_name, cells, names) => {
  test.each(['feed', 'photos'])('a phone of %s signs in, looks, refreshes and signs out', async name => {
    const app = (await family(cells, names)).appOf(name)
    const wrong = json('/api/sign-in', { ...credentials, password: 'wrong' }, away)
    expect(await ask(app, wrong, 401)).toEqual({ error: 'invalid_credentials' })
    const first = await ask(app, json('/api/sign-in', credentials, away), 200)
    await until(app, first.access_token ?? '', 200)
    const second = await ask(app, json('/api/refresh', { refresh_token: first.refresh_token }), 200)
    await ask(app, content(second.access_token), 200)
    await ask(app, json('/api/sign-out', { refresh_token: second.refresh_token }), 204)
    await until(app, second.access_token ?? '', 401)
    await ask(app, json('/api/refresh', { refresh_token: second.refresh_token }), 400)
  })

  test('a phone of chat signs in, looks and signs out', async () => {
    const app = (await family(cells, names)).appOf('chat')
    const { device_credential: credential = '' } = await ask(
      app,
      json('/api/sign-in', credentials, away),
      200,
    )
    await ask(app, content(credential), 200)
    await ask(app, json('/api/sign-out', { device_credential: credential }), 204)
    await until(app, credential, 401)
  })

  test('a browser signs in, looks and signs out', async () => {
    const app = (await family(cells, names)).appOf('feed')
    const send = (path: string, init: RequestInit = {}) =>
      app.fetch(new Request(`http://feed.test${path}`, init))
    const body = new URLSearchParams(credentials)
    const signedIn = await send('/sign-in', { method: 'POST', headers: away, body })
    expect(signedIn.status).toBe(303)
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    expect((await send('/', { headers: { cookie } })).status).toBe(200)
    expect((await send('/sign-out', { method: 'POST', headers: { cookie } })).status).toBe(303)
    expect((await send('/', { headers: { cookie } })).headers.get('location')).toContain('session-expired')
  })

  test('a system caller gets a token, uses it and gives it back', async () => {
    const app = (await family(cells, names)).appOf('messenger-api')
    const form = (path: string, fields: Record<string, string>, authorization?: string) =>
      new Request(`http://api.test${path}`, {
        method: 'POST',
        headers: { ...away, ...(authorization ? { authorization } : {}) },
        body: new URLSearchParams(fields),
      })
    const grant = { grant_type: 'client_credentials', scope: 'messages:read' }
    await ask(app, form('/oauth/token', grant, basicHeader({ ...system, secret: 'wrong' })), 401)
    await ask(app, form('/oauth/token', { ...grant, scope: 'everything' }, basicHeader(system)), 400)
    const { access_token: token = '' } = await ask(app, form('/oauth/token', grant, basicHeader(system)), 200)
    const bearer = { authorization: `Bearer ${token}` }
    const list = () => new Request('http://api.test/v1/messages', { headers: bearer })
    await ask(app, list(), 200)
    expect((await app.fetch(json('/v1/messages', { to: 'x', text: 'y' }, bearer))).status).toBe(403)
    await ask(app, form('/oauth/revoke', { token }), 200)
    await eventually(async () => ((await app.fetch(list())).status === 401 ? true : undefined))
  })
})
