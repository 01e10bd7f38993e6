import { delay, HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createEdge, type EdgeConfig } from '../../../services/edge/edge.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const config: EdgeConfig = { routes: { feed: 'feed', photos: 'nowhere' }, timeoutMs: 100 }

function ask(path: string, init: RequestInit & { host?: string } = {}) {
  const { host = 'feed.us.localhost:8080', ...rest } = init
  const edge = createEdge({
    region: 'us',
    fetch,
    config: () => config,
    links: { feed: 'http://feed.test' },
    log: () => {},
  })
  const headers = new Headers(rest.headers)
  headers.set('host', host)
  return edge.fetch(new Request(`http://${host}${path}`, { ...rest, headers, redirect: 'manual' }))
}

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
    const response = await ask('/sign-in?a=1', {
      method: 'POST',
      body: 'username=ada',
      headers: { cookie: 'sid=0', te: 'trailers', 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(seen.url).toBe('http://feed.test/sign-in?a=1')
    expect(seen.body).toBe('username=ada')
    expect(seen.headers?.get('cookie')).toBe('sid=0')
    expect(seen.headers?.get('x-forwarded-host')).toBe('feed.us.localhost:8080')
    expect(seen.headers?.get('x-region')).toBe('us')
    expect(seen.headers?.has('te')).toBe(false)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/')
    expect(response.headers.getSetCookie()).toEqual(['sid=1; Path=/'])
  })

  test.each(['chat.us.localhost', 'photos.us.localhost', '127.0.0.1', '__proto__.us.localhost'])(
    'has no app for the host %s',
    async host => {
      expect((await ask('/', { host })).status).toBe(404)
    },
  )

  test('says 504 when the app takes too long and 502 when it cannot be reached', async () => {
    server.use(
      http.get('http://feed.test/slow', async () => {
        await delay(1_000)
        return HttpResponse.text('late')
      }),
    )
    expect((await ask('/slow')).status).toBe(504)
    server.use(http.get('http://feed.test/gone', () => HttpResponse.error()))
    expect((await ask('/gone')).status).toBe(502)
  })

  test.each([200, 401, 404, 503])('changes nothing about a %i', async status => {
    server.use(http.get('http://feed.test/', () => HttpResponse.text('body', { status })))
    const response = await ask('/')
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('body')
  })
})
