/** Phones with access tokens: what they may send, and how they wait in line. */
import { describe, expect, test } from 'vitest'
import { chat } from '../../../services/app/roles/chat.ts'
import { feed } from '../../../services/app/roles/feed.ts'
import { Health } from '../../../services/common/health.ts'
import { type Asked, active, fakeAuth, inactive } from './fake-auth.ts'
import { appWith, architectures, content, json } from './world.ts'

const tokens = { access_token: 'a', refresh_token: 'r', expires_in: 20 }
const signIn = (headers: Record<string, string> = {}) =>
  json('/api/sign-in', { username: 'ada', password: 'right' }, headers)

function well({ path, form }: Asked): Response {
  if (path === '/introspect') return form.get('token') === 'dead' ? inactive() : active()
  if (path === '/revoke') return new Response(null)
  return Response.json({ ...tokens, session: 'not for the phone' })
}

test('a phone gets its tokens and nothing else of what auth said', async () => {
  const app = appWith([], { fetch: fakeAuth(well).fetch })
  expect(await (await app.fetch(signIn())).json()).toEqual(tokens)
  expect(await (await app.fetch(json('/api/refresh', { refresh_token: 'r' }))).json()).toEqual(tokens)
  expect((await app.fetch(json('/api/sign-out', { refresh_token: 'r' }))).status).toBe(204)
})

test('content may be kept and shown by the device while nothing comes, and by nobody else', async () => {
  const app = appWith([], { fetch: fakeAuth(() => active()).fetch })
  const cacheControl = (await app.fetch(content('a'))).headers.get('cache-control')
  expect(cacheControl).toBe('private, no-cache, stale-if-error=86400')
})

test('the token of a system caller shows it nothing', async () => {
  const app = appWith([], { fetch: fakeAuth(() => active({ scope: 'messages:read' })).fetch })
  const response = await app.fetch(content('a'))
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
})

describe.each([feed, chat])('$name', role => {
  const app = appWith([], { role, fetch: fakeAuth(well).fetch })
  test.each<[string, Request, number]>([
    ['no token', content(), 401],
    [
      'a malformed token',
      new Request('http://x/api/content', { headers: { authorization: 'Bearer a b' } }),
      400,
    ],
    ['malformed JSON', json('/api/sign-in', '{"username":'), 400],
    ['no JSON object', json('/api/sign-in', 'null'), 400],
    ['no password', json('/api/sign-in', { username: 'ada' }), 400],
    ['too long a name', json('/api/sign-in', { username: 'a'.repeat(101), password: 'x' }), 400],
    ['control characters', json('/api/sign-in', { username: 'a\u0000b', password: 'x' }), 400],
    ['another content type', json('/api/sign-in', '{}', { 'content-type': 'text/plain' }), 415],
    ['an oversized body', json('/api/sign-in', { username: 'ada', password: 'x'.repeat(70_000) }), 413],
    ['another method', new Request('http://x/api/sign-in'), 405],
    ['an empty sign-out', json('/api/sign-out', {}), 400],
    ['a path that is not there', json('/api/nothing', {}), 404],
  ])('answers %s', async (_what, request, status) => {
    const response = await app.fetch(request)
    expect(response.status).toBe(status)
    expect(Object.keys((await response.json()) as object)).toContain('error')
    if (status === 405) expect(response.headers.get('allow')).toBe('POST')
  })
})

describe('in line', () => {
  const ticketOf = async (response: Response) => {
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    const body = (await response.json()) as { error: string; queue_ticket?: string }
    expect(body.error).toBe('temporarily_unavailable')
    return body.queue_ticket
  }

  test.each([feed, chat])(
    'a phone of $name gets a ticket while auth is away, and is let in by it later',
    async role => {
      let away = true
      const fake = fakeAuth(asked => {
        if (away) return undefined
        if (asked.path !== '/sign-in' || role === feed) return well(asked)
        return Response.json({ session: 'x', subject: 'u1', expiresAt: Date.now() + 60_000 })
      })
      const app = appWith(architectures.hardened, { role, fetch: fake.fetch })
      let ticket: string | undefined
      for (let i = 0; ticket === undefined && i < 10; i += 1)
        ticket = await ticketOf(await app.fetch(signIn()))
      expect(ticket).toBeDefined()
      away = false
      // Longer than a circuit stays open.
      await new Promise(resolve => setTimeout(resolve, 1_100))
      expect((await app.fetch(signIn({ 'x-queue-ticket': ticket ?? '' }))).status).toBe(200)
    },
  )

  test("one user's wrong passwords and attempts beyond a limit do not make a line", async () => {
    const replies = [
      () => Response.json({ error: 'invalid_credentials' }, { status: 401 }),
      () => Response.json({ error: 'rate_limited' }, { status: 429 }),
    ]
    let count = 0
    const fake = fakeAuth(() => {
      count += 1
      return replies[count % 2]?.()
    })
    const app = appWith(['sign-in-queue', 'tri-state-auth-result'], { fetch: fake.fetch })
    for (let i = 0; i < 20; i += 1) {
      const response = await app.fetch(signIn())
      expect(await response.json()).not.toHaveProperty('queue_ticket')
    }
  })
})

test('health counts what was served as good, and what was refused, cut off or not known as bad', async () => {
  const health = new Health()
  const counted = async (requests: Request[], reply: (asked: Asked) => Response | undefined) => {
    const before = health.between(0)
    const app = appWith(['tri-state-auth-result'], { health, fetch: fakeAuth(reply).fetch })
    for (const request of requests) await app.fetch(request)
    const { good, bad } = health.between(0)
    return { good: good - before.good, bad: bad - before.bad }
  }
  const all = () => [content('t'), json('/api/refresh', { refresh_token: 'r' }), signIn()]
  expect(await counted(all(), well)).toEqual({ good: 3, bad: 0 })
  expect(await counted(all(), () => undefined)).toEqual({ good: 0, bad: 3 })
  expect(await counted([content('dead')], well)).toEqual({ good: 0, bad: 1 })
  expect(await counted([content(), json('/api/refresh', '{')], well)).toEqual({ good: 0, bad: 0 })
})
