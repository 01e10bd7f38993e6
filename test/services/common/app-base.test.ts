import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import { answersOtherMethods, createBase } from '../../../services/common/app-base.ts'

function serviceWith(log: (event: string, fields?: Record<string, unknown>) => void = () => {}) {
  const app = createBase(log, { bodyLimitBytes: 100 })
  const part = new Hono()
  part.post('/things', async context => context.text(await context.req.text()))
  part.get('/broken', () => {
    throw new Error('a secret detail')
  })
  answersOtherMethods(part, { '/things': 'POST' })
  app.route('/part', part)
  return app
}

const send = (init: RequestInit, path = '/part/things') => serviceWith().request(path, init)

/** Sends this after the request line over a socket and gives all that comes back. */
async function sendRaw(
  headersAndBody: string,
  connection = 'close',
  service = serviceWith(),
): Promise<string> {
  const server = createAdaptorServer({ fetch: service.fetch })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const address = server.address()
    const port = address && typeof address === 'object' ? address.port : 0
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST /part/things HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n${headersAndBody}`)
    return await text(socket)
  } finally {
    server.close()
  }
}

const chunk = (size: number) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`

describe('createBase over HTTP', () => {
  test.each([
    ['a body as long as it says, within the limit', `Content-Length: 100\r\n\r\n${'x'.repeat(100)}`, 200],
    ['a body as long as it says, beyond the limit', `Content-Length: 101\r\n\r\n${'x'.repeat(101)}`, 413],
    ['a body that says it is beyond the limit, before it comes', 'Content-Length: 1000000\r\n\r\n', 413],
    [
      'a chunked body within the limit',
      `Transfer-Encoding: chunked\r\n\r\n${chunk(50)}${chunk(50)}0\r\n\r\n`,
      200,
    ],
    [
      'a chunked body beyond the limit',
      `Transfer-Encoding: chunked\r\n\r\n${chunk(60)}${chunk(60)}0\r\n\r\n`,
      413,
    ],
    [
      'a chunked body beyond the limit that says a small length too',
      `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(200)}0\r\n\r\n`,
      400,
    ],
    ['more than the length that it says', `Content-Length: 5\r\n\r\n${'x'.repeat(200)}`, 400],
    ['a length that makes no sense', 'Content-Length: -5\r\n\r\n', 400],
  ])('answers %s', async (_what, headersAndBody, status) => {
    expect(await sendRaw(headersAndBody)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  test('takes what comes after the length that a body says for another request', async () => {
    const health = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const answers = await sendRaw(`Content-Length: 5\r\n\r\nxxxxx${health}`, 'keep-alive')
    expect(answers.match(/HTTP\/1.1 200 /g)).toHaveLength(2)
    expect(answers).toContain('xxxxx')
    expect(answers).not.toContain('GET')
  })
})

describe('a body that breaks off', () => {
  test.each([
    ['in a chunk that makes no sense', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'],
    ['in a chunk of more than there is', 'Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n'],
  ])('%s is refused, and nothing that was not handled', async (_what, headersAndBody) => {
    const log = vi.fn()
    expect(await sendRaw(headersAndBody, 'close', serviceWith(log))).toMatch(/^HTTP\/1.1 400 /)
    expect(log).not.toHaveBeenCalled()
  })

  test('because its sender is gone is nothing that was not handled', async () => {
    const log = vi.fn()
    const { promise: ended, resolve } = Promise.withResolvers<number>()
    const service = serviceWith(log)
    const fetch = async (request: Request) => {
      const answer = await service.fetch(request)
      resolve(answer.status)
      return answer
    }
    const server = createAdaptorServer({ fetch })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const socket = connect(address && typeof address === 'object' ? address.port : 0, '127.0.0.1')
    server.once('request', () => socket.destroy())
    socket.write('POST /part/things HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello')
    expect(await ended).toBe(400)
    expect(log).not.toHaveBeenCalled()
    server.close()
  })
})

describe('createBase', () => {
  test.each<[string, RequestInit, string, number]>([
    ['a health check', {}, '/healthz', 200],
    ['a body within the limit', { method: 'POST', body: 'x'.repeat(100) }, '/part/things', 200],
    ['a body beyond the limit', { method: 'POST', body: 'x'.repeat(101) }, '/part/things', 413],
    ['a method that the path does not have', { method: 'DELETE' }, '/part/things', 405],
    ['a path that is not there', {}, '/nothing', 404],
  ])('answers %s', async (_what, init, path, status) => {
    expect((await send(init, path)).status).toBe(status)
  })

  test('refuses a body beyond the limit that does not say how long it is', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i += 1) controller.enqueue(new TextEncoder().encode('0123456789'))
        controller.close()
      },
    })
    const request = new Request('http://x/part/things', {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit)
    expect((await serviceWith().request(request)).status).toBe(413)
  })

  test('says which methods there are', async () => {
    expect((await send({ method: 'PATCH' })).headers.get('allow')).toBe('POST')
  })

  test('logs what was not handled and keeps it to itself', async () => {
    const logged: unknown[] = []
    const response = await serviceWith((event, fields) => logged.push({ event, ...fields })).request(
      '/part/broken',
    )
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ error: 'server_error' })
    expect(logged).toEqual([{ event: 'unhandled', path: '/part/broken', reason: 'a secret detail' }])
  })
})
