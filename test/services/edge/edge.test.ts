import { delay, HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { edgeConfigSchema, edgeSelfTest } from '../../../services/edge/edge.ts'
import { testEdge } from './world.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

describe('the edge', () => {
  test('hands a request on to the app that its host names, and the answer back as it is', async () => {
    const seen: { url?: string; headers?: Headers; body?: string } = {}
    server.use(
      http.post('http://feed.test/sign-in', async ({ request }) => {
        seen.url = request.url
        seen.headers = request.headers
        seen.body = await request.text()
        return new HttpResponse('moved', {
          status: 303,
          headers: { location: '/', 'set-cookie': 'sid=1; Path=/' },
        })
      }),
    )
    const response = await testEdge().ask('/sign-in?a=1', {
      method: 'POST',
      body: 'username=ada',
      headers: { cookie: 'sid=0', te: 'trailers', 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(seen.url).toBe('http://feed.test/sign-in?a=1')
    expect(seen.body).toBe('username=ada')
    expect(seen.headers?.get('cookie')).toBe('sid=0')
    expect(seen.headers?.get('x-forwarded-host')).toBe('feed.us.localhost:8080')
    expect(seen.headers?.get('x-forwarded-proto')).toBe('http')
    expect(seen.headers?.get('x-region')).toBe('us')
    expect(seen.headers?.has('te')).toBe(false)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/')
    expect(response.headers.getSetCookie()).toEqual(['sid=1; Path=/'])
    expect(await response.text()).toBe('moved')
  })

  test.each([
    'chat.us.localhost',
    '127.0.0.1',
    '__proto__.us.localhost',
    'constructor.us.localhost',
    '[::1]:80',
  ])('has no app for the host %s', async host => {
    const { ask, health } = testEdge()
    const response = await ask('/', { host })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: 'no_such_app' })
    expect(health.between(0)).toEqual({ good: 0, bad: 1 })
  })

  test('knows an app by its name in capitals too', async () => {
    server.use(http.get('http://feed.test/', () => HttpResponse.text('hello')))
    expect((await testEdge().ask('/', { host: 'FEED.us.localhost' })).status).toBe(200)
  })

  test('says 504 when the app takes too long, 502 when it cannot be reached', async () => {
    const { ask, health } = testEdge()
    server.use(
      http.get('http://feed.test/slow', async () => {
        await delay(1_000)
        return HttpResponse.text('late')
      }),
      http.get('http://feed.test/gone', () => HttpResponse.error()),
    )
    expect((await ask('/slow')).status).toBe(504)
    expect((await ask('/gone')).status).toBe(502)
    expect(health.between(0)).toEqual({ good: 0, bad: 2 })
  })

  test.each([
    [200, true],
    [401, true],
    [404, true],
    [503, false],
  ])('changes nothing about a %i', async (status, good) => {
    server.use(http.get('http://feed.test/', () => HttpResponse.text('body', { status })))
    const { ask, health } = testEdge()
    const response = await ask('/')
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('body')
    expect(health.between(0)).toEqual(good ? { good: 1, bad: 0 } : { good: 0, bad: 1 })
  })

  test('shows a browser a page and everybody else JSON when the answer is its own', async () => {
    server.use(http.get('http://feed.test/', () => HttpResponse.error()))
    const { ask } = testEdge()
    const page = await ask('/', { headers: { accept: 'text/html,application/xhtml+xml' } })
    expect(page.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await page.text()).toContain('data-notice="error"')
    const json = await ask('/', { headers: { accept: 'application/json' } })
    expect(await json.json()).toEqual({ error: 'bad_gateway' })
    const head = await ask('/', { method: 'HEAD', host: 'chat.us.localhost' })
    expect(await head.text()).toBe('')
  })

  test('answers for its own health', async () => {
    expect(await (await testEdge().ask('/healthz')).json()).toEqual({ status: 'ok' })
  })
})

describe('the configuration of an edge', () => {
  test('takes null for an app that is withdrawn, and no table without any route', () => {
    expect(edgeConfigSchema.parse({ routes: { feed: 'feed', photos: null } })).toEqual({
      routes: { feed: 'feed', photos: null },
      timeoutMs: 5_000,
      places: 256,
    })
    expect(edgeConfigSchema.safeParse({ routes: {} }).success).toBe(false)
    expect(edgeConfigSchema.safeParse({ routes: { feed: null } }).success).toBe(false)
    expect(edgeConfigSchema.safeParse({ routes: { feed: 'feed' }, timeoutMs: 0 }).success).toBe(false)
  })

  test('is refused when a route leads nowhere', async () => {
    const selfTest = edgeSelfTest({ feed: 'http://feed.test' })
    const candidate = (routes: Record<string, string | null>) => edgeConfigSchema.parse({ routes })
    expect(await selfTest(candidate({ feed: 'feed', photos: null }))).toEqual({ ok: true })
    expect(await selfTest(candidate({ feed: 'feed', photos: 'toString' }))).toEqual({
      ok: false,
      reason: 'no such instance: photos -> toString; this edge knows feed',
    })
  })
})
