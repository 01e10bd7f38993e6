import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { serve } from '@hono/node-server'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headersToApp } from '../../../services/edge/forward-headers.ts'
import { testEdge } from './world.ts'

const limitBytes = 64 * 1024
const answering =
  (seen: (url: string, init: RequestInit) => void = () => {}): typeof fetch =>
  async (url, init) => {
    seen(String(url), init ?? {})
    return new Response('ok')
  }

describe('a request that is too much or makes no sense', () => {
  test.each([
    'a b',
    'feed.us.localhost/x',
    'feed.us.localhost, chat.us.localhost',
    'user@feed',
    '<b>',
    'feed:x',
    '',
  ])('is refused for its host "%s"', async host => {
    const { ask, health } = testEdge({ fetch: answering() })
    expect((await ask('/', { host })).status).toBe(400)
    expect(health.between(0)).toEqual({ good: 0, bad: 0 })
  })

  test('is refused when it is larger than the limit, announced or not, and taken at the limit', async () => {
    const lengths: number[] = []
    const { ask } = testEdge({
      fetch: answering((_, init) => lengths.push((init.body as Uint8Array).byteLength)),
    })
    const post = (bytes: number, headers = {}) =>
      ask('/', { method: 'POST', body: new Uint8Array(bytes), headers })
    expect((await post(limitBytes + 1)).status).toBe(413)
    expect((await post(1, { 'content-length': String(limitBytes + 1) })).status).toBe(413)
    expect((await post(limitBytes)).status).toBe(200)
    expect((await post(limitBytes, { 'content-length': String(limitBytes) })).status).toBe(200)
    expect(lengths).toEqual([limitBytes, limitBytes])
  })

  test('is given up when its body does not come, and holds no place meanwhile', async () => {
    const { ask } = testEdge({ fetch: answering(), places: 1 })
    const body = new ReadableStream({ start: () => {} })
    const slow = ask('/', { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect((await ask('/')).status).toBe(200)
    expect((await slow).status).toBe(408)
  })

  test('is refused when it wants a web socket; another upgrade is passed over', async () => {
    const upgrades: unknown[] = []
    const { ask } = testEdge({
      fetch: answering((_, init) => upgrades.push((init.headers as Record<string, string>).upgrade)),
    })
    const upgrade = (to: string) => ask('/', { headers: { connection: 'upgrade', upgrade: to } })
    expect((await upgrade('WebSocket')).status).toBe(501)
    expect((await upgrade('h2c')).status).toBe(200)
    expect(upgrades).toEqual([undefined])
  })

  test('reaches the app it is for and no other, whatever its path', async () => {
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.webQueryParameters(), async (path, query) => {
        const urls: string[] = []
        const { ask } = testEdge({ fetch: answering(url => urls.push(url)) })
        const target = `/${path.replace(/^\/+/, '')}?${query}`
        await ask(target)
        const [url = ''] = urls
        expect(url).toBe(new URL(target, 'http://feed.test').href)
      }),
    )
  })

  test.each(['//chat.test/', '/../../etc/passwd', '/%2e%2e/%2e%2e/', '/@chat.test/', '/.././/chat.test'])(
    'reaches the app it is for with the path %s',
    async path => {
      const urls: string[] = []
      await testEdge({ fetch: answering(url => urls.push(url)) }).ask(path)
      expect(new URL(urls[0] ?? '').host).toBe('feed.test')
    },
  )
})

describe('headers on the way to an app', () => {
  const hop = { region: 'us', host: 'feed.us.localhost', protocol: 'http', peer: '10.0.0.9' }

  test('gain the peer behind those that came in', () => {
    expect(headersToApp(new Headers(), hop)['x-forwarded-for']).toBe('10.0.0.9')
    const before = new Headers({ 'x-forwarded-for': '203.0.113.7, 10.0.0.1' })
    expect(headersToApp(before, hop)['x-forwarded-for']).toBe('203.0.113.7, 10.0.0.1, 10.0.0.9')
    expect(headersToApp(before, { ...hop, peer: undefined })['x-forwarded-for']).toBe('203.0.113.7, 10.0.0.1')
  })

  test('lose those that are meant for one connection, named ones too', () => {
    const headers = headersToApp(
      new Headers({ connection: 'close, X-Secret', 'x-secret': '1', te: 'trailers', accept: '*/*' }),
      hop,
    )
    expect(Object.keys(headers).toSorted()).toEqual([
      'accept',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-region',
    ])
  })

  test('say what the edge knows, whatever the user claims', () => {
    const claims = new Headers({
      'x-region': 'moon',
      'x-forwarded-host': 'evil',
      'x-forwarded-proto': 'gopher',
    })
    expect(headersToApp(claims, hop)).toMatchObject({
      'x-region': 'us',
      'x-forwarded-host': 'feed.us.localhost',
      'x-forwarded-proto': 'http',
    })
  })
})

describe('over a socket', () => {
  const seen: IncomingMessage[] = []
  const app = createServer((request, response) => {
    seen.push(request)
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy())
      return
    }
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    response.setHeader('connection', 'x-private, keep-alive')
    response.setHeader('x-private', '1')
    response.end('hello')
  })
  let port = 0
  let close = () => {}

  beforeAll(async () => {
    await new Promise<void>(resolve => app.listen(0, '127.0.0.1', resolve))
    const { edge } = testEdge({
      timeoutMs: 5_000,
      links: { feed: `http://127.0.0.1:${(app.address() as AddressInfo).port}` },
    })
    const fetch = (request: Request) => edge.fetch(request, '127.0.0.1')
    await new Promise<void>(resolve => {
      const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, address => {
        port = address.port
        resolve()
      })
      close = () => void server.close()
    })
  })
  afterAll(() => {
    close()
    app.closeAllConnections()
    app.close()
  })

  test('both cookies of an answer arrive, and what was for one connection does not', async () => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { host: 'feed.us.localhost', 'x-forwarded-for': '203.0.113.7' }
      httpRequest({ port, host: '127.0.0.1', headers }, resolve).on('error', reject).end()
    })
    let text = ''
    for await (const chunk of answer) text += chunk
    expect(text).toBe('hello')
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(answer.headers['x-private']).toBeUndefined()
    expect(seen.at(-1)?.headers['x-forwarded-for']).toBe('203.0.113.7, 127.0.0.1')
  })

  test('an answer that breaks off becomes a 502', async () => {
    expect(await raw('GET /cut HTTP/1.1\r\nHost: feed.us.localhost\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 502 [\s\S]*"bad_gateway"/,
    )
  })

  test.each([
    [
      'a header with a line break in it',
      'GET / HTTP/1.1\r\nHost: feed.us.localhost\r\nX: a\rX-Region: moon\r\n\r\n',
    ],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: feed.us.localhost\r\nHost: chat.us.localhost\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'a length and chunks at once',
      'POST / HTTP/1.1\r\nHost: feed.us.localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a backslash for a path', 'GET /\\chat.test HTTP/1.1\r\nHost: feed.us.localhost\r\n\r\n'],
  ])('%s does not pass', async (_, text) => {
    const before = seen.length
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 400 /)
    expect(seen.length).toBe(before)
  })

  function raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(text))
      socket.on('data', chunk => {
        answer += chunk
        socket.end()
      })
      socket.on('close', () => resolve(answer))
      socket.on('error', reject)
    })
  }
})
