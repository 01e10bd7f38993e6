/**
 * The decision table: what the app does, under each architecture, for everything that auth may answer or fail to
 * answer. `known`: the app has seen the session good before; `unknown`: it has not.
 */
import { delay, HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type ArchitectureName,
  appWith,
  architectures,
  authUrl,
  clearsCookie,
  content,
  json,
  page,
  signInForm,
} from './world.ts'

const goodIntrospection = () =>
  HttpResponse.json({
    active: true,
    sub: 'u1',
    sid: 's1',
    username: 'ada',
    exp: Math.floor(Date.now() / 1000) + 600,
  })

/** What auth does when asked anything. */
const troubles = {
  'answers late': async () => {
    await delay(400)
    return goodIntrospection()
  },
  'answers 401': () => HttpResponse.json({ error: 'invalid_client' }, { status: 401 }),
  'answers 403': () => HttpResponse.json({ error: 'access_denied' }, { status: 403 }),
  'answers 404': () => HttpResponse.json({ error: 'not_found' }, { status: 404 }),
  'answers 429': () => new HttpResponse('slow down', { status: 429, headers: { 'retry-after': '1' } }),
  'answers 500': () => HttpResponse.json({ error: 'server_error' }, { status: 500 }),
  'answers 503': () => new HttpResponse(null, { status: 503 }),
  'answers malformed JSON': () =>
    new HttpResponse('{"active": tr', { headers: { 'content-type': 'application/json' } }),
  'answers HTML': () => HttpResponse.html('<h1>Welcome to nginx!</h1>'),
  'answers JSON of another form': () => HttpResponse.json({ ok: true }),
  'answers an empty body': () => new HttpResponse(null, { status: 200 }),
  'does not answer at all': () => HttpResponse.error(),
} as const

const server = setupServer()
let trouble: (() => Response | Promise<Response>) | undefined

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => {
  server.resetHandlers()
  trouble = undefined
})
afterAll(() => server.close())

/** Auth, well until `trouble` is set. */
function startAuth(): void {
  server.use(
    http.get(`${authUrl}/revocations`, () => trouble?.() ?? HttpResponse.json({ revocations: [], next: 0 })),
    http.get(`${authUrl}/jwks`, () => trouble?.() ?? HttpResponse.json({ keys: [] })),
    http.all(`${authUrl}/*`, () => trouble?.() ?? goodIntrospection()),
  )
}

const expected = {
  'shared-fate': {
    known: { status: 303, location: '/sign-in?why=session-expired', clears: true, degraded: false },
    unknown: { status: 303, location: '/sign-in?why=session-expired', clears: true, degraded: false },
    signIn: { status: 401, notice: 'wrong-password' },
    content: 401,
    refresh: { status: 400, error: 'invalid_grant' },
    mobileSignIn: 401,
  },
  hardened: {
    known: { status: 200, location: null, clears: false, degraded: true },
    unknown: { status: 503, location: null, clears: false, degraded: false },
    signIn: { status: 503, notice: 'try-later' },
    content: 503,
    refresh: { status: 503, error: 'temporarily_unavailable' },
    mobileSignIn: 503,
  },
} as const

describe.each(Object.keys(architectures) as ArchitectureName[])('in %s', architecture => {
  const want = expected[architecture]

  describe.each(Object.entries(troubles))('when auth %s', (_name, answer) => {
    test('a session that the app has seen', async () => {
      startAuth()
      const app = appWith(architectures[architecture])
      expect((await app.fetch(page('s1'))).status).toBe(200)
      trouble = answer
      const response = await app.fetch(page('s1'))
      expect(response.status).toBe(want.known.status)
      expect(response.headers.get('location')).toBe(want.known.location)
      expect(clearsCookie(response)).toBe(want.known.clears)
      expect(response.headers.get('x-served') === 'stale-session').toBe(want.known.degraded)
      expect((await response.text()).includes('You are still signed in')).toBe(want.known.degraded)
    })

    test('a session that the app has not seen', async () => {
      startAuth()
      const app = appWith(architectures[architecture])
      trouble = answer
      const response = await app.fetch(page('s1'))
      expect(response.status).toBe(want.unknown.status)
      expect(clearsCookie(response)).toBe(want.unknown.clears)
      expect(response.headers.has('retry-after')).toBe(want.unknown.status === 503)
    })

    test('signing in on the web with the correct password', async () => {
      startAuth()
      const app = appWith(architectures[architecture])
      trouble = answer
      const response = await app.fetch(signInForm())
      expect(response.status).toBe(want.signIn.status)
      expect(await response.text()).toContain(`data-notice="${want.signIn.notice}"`)
      expect(response.headers.getSetCookie()).toEqual([])
    })

    test('a phone that asks for content, refreshes or signs in', async () => {
      startAuth()
      const app = appWith(architectures[architecture])
      trouble = answer
      expect((await app.fetch(content('token'))).status).toBe(want.content)
      const refresh = await app.fetch(json('/api/refresh', { refresh_token: 'r' }))
      expect(refresh.status).toBe(want.refresh.status)
      expect(await refresh.json()).toEqual({ error: want.refresh.error })
      const signIn = await app.fetch(json('/api/sign-in', { username: 'ada', password: 'right' }))
      expect(signIn.status).toBe(want.mobileSignIn)
    })
  })

  test("auth's explicit no ends the session, on every surface", async () => {
    startAuth()
    const app = appWith(architectures[architecture])
    expect((await app.fetch(page('s1'))).status).toBe(200)
    trouble = () => HttpResponse.json({ active: false })
    const response = await app.fetch(page('s1'))
    expect(response.status).toBe(303)
    expect(clearsCookie(response)).toBe(true)
    expect((await app.fetch(content('token'))).status).toBe(401)
    trouble = () => HttpResponse.json({ error: 'invalid_grant' }, { status: 400 })
    expect((await app.fetch(json('/api/refresh', { refresh_token: 'r' }))).status).toBe(400)
    trouble = () => HttpResponse.json({ error: 'invalid_credentials' }, { status: 401 })
    const signIn = await app.fetch(signInForm({ username: 'ada', password: 'wrong' }))
    expect(signIn.status).toBe(401)
    expect(await signIn.text()).toContain('data-notice="wrong-password"')
  })
})
