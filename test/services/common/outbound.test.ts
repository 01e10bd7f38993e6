import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createFetch } from '../../../services/common/outbound.ts'

const fetch = createFetch()
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serverOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Says back what it was sent. */
const echo = () =>
  serverOf(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
  })

const errorOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('it did not fail'),
    error => error as Error,
  )

describe('createFetch', () => {
  test('gives status, headers and body, with several cookies kept apart', async () => {
    const url = await serverOf((_request, response) => {
      response.writeHead(302, 'Found', { location: '/', 'set-cookie': ['a=1', 'b=2'], 'x-one': 'ü' })
      response.end('ünï')
    })
    const response = await fetch(url, { redirect: 'manual' })
    expect(response).toMatchObject({ status: 302, statusText: 'Found', ok: false })
    expect(response.headers).toBeInstanceOf(Headers)
    expect(response.headers.get('location')).toBe('/')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await response.text()).toBe('ünï')
    expect(Buffer.from(await response.arrayBuffer()).toString()).toBe('ünï')
  })

  test.each([
    ['text', 'a=ü', 'text/plain;charset=UTF-8', 'a=ü'],
    [
      'a form',
      new URLSearchParams({ a: 'ü' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=%C3%BC',
    ],
    ['an ArrayBuffer', new TextEncoder().encode('a=ü').buffer, undefined, 'a=ü'],
    ['bytes', new TextEncoder().encode('xa=üx').subarray(1, 5), undefined, 'a=ü'],
    ['no bytes', new ArrayBuffer(0), undefined, ''],
  ])('sends %s', async (_, body, type, received) => {
    const url = await echo()
    const response = await fetch(`${url}/path?a=b c`, { method: 'POST', body })
    const seen = (await response.json()) as { headers: Record<string, string> }
    expect(seen).toMatchObject({ method: 'POST', url: '/path?a=b%20c', body: received })
    expect(seen.headers['content-type']).toBe(type)
    expect(seen.headers['content-length']).toBe(String(Buffer.byteLength(received)))
  })

  test.each([
    ['a record', { 'X-One': '1', 'Content-Type': 'application/json', 'Accept-Encoding': 'gzip' }],
    ['Headers', new Headers({ 'x-one': '1', 'content-type': 'application/json', 'accept-encoding': 'gzip' })],
    [
      'pairs',
      [
        ['x-one', '1'],
        ['content-type', 'application/json'],
        ['accept-encoding', 'gzip'],
      ] as [string, string][],
    ],
  ])('sends headers from %s, but never asks for a coding that it cannot undo', async (_, headers) => {
    const response = await fetch(await echo(), { method: 'POST', headers, body: '{}' })
    expect(await response.json()).toMatchObject({
      headers: { 'x-one': '1', 'content-type': 'application/json', 'accept-encoding': 'identity' },
    })
  })

  test('keeps its connections', async () => {
    const ports = new Set<number | undefined>()
    const url = await serverOf((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('ok')
    })
    for (let index = 0; index < 20; index += 1) await (await fetch(url)).text()
    // The next call may set out before the connection of the last one is known to be free.
    expect(ports.size).toBeLessThanOrEqual(2)
  })

  test('an answer that nobody reads does not hold its connection', async () => {
    const url = await serverOf((_request, response) => response.end('x'.repeat(1_000_000)))
    for (let index = 0; index < 20; index += 1) expect((await fetch(url)).status).toBe(200)
    expect(await (await fetch(url)).text()).toHaveLength(1_000_000)
  })

  test('a refused connection rejects with its code in the cause', async () => {
    const url = await serverOf(() => {})
    servers[0]?.close()
    const error = await errorOf(fetch(url))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('a connection cut before the answer rejects', async () => {
    const url = await serverOf(request => request.socket.destroy())
    const error = await errorOf(fetch(url))
    expect(error.message).toBe('fetch failed')
    expect(error.cause).toMatchObject({ code: 'UND_ERR_SOCKET' })
  })

  test('a body cut short rejects where it is read, and harms nobody where it is not', async () => {
    const url = await serverOf((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => setTimeout(() => response.destroy(), 20))
    })
    expect((await fetch(url)).status).toBe(200)
    const response = await fetch(url)
    const error = await errorOf(response.text())
    expect(error.message).toBe('terminated')
    expect(error.cause).toMatchObject({ code: 'UND_ERR_SOCKET' })
  })

  test.each(['no url', 'http://'])('rejects for %j', async url => {
    expect(await errorOf(fetch(url))).toBeInstanceOf(TypeError)
  })

  test('rejects for a header that cannot be sent', async () => {
    const error = await errorOf(fetch(await echo(), { headers: { 'x-one': 'a\nb' } }))
    expect(error).toMatchObject({ message: 'fetch failed', cause: expect.any(Error) })
  })
})

describe('an abort', () => {
  test('before the call sends nothing', async () => {
    let requests = 0
    const url = await serverOf(() => {
      requests += 1
    })
    const reason = new Error('no longer wanted')
    expect(await errorOf(fetch(url, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(requests).toBe(0)
  })

  test('while waiting for the answer rejects with its reason and cuts the connection', async () => {
    const closed = Promise.withResolvers<string>()
    const controller = new AbortController()
    const url = await serverOf(request => {
      request.socket.once('close', () => closed.resolve('cut'))
      controller.abort()
    })
    const error = await errorOf(fetch(url, { signal: controller.signal }))
    expect(error.name).toBe('AbortError')
    expect(await closed.promise).toBe('cut')
  })

  test('while the body comes rejects where it is read', async () => {
    const controller = new AbortController()
    const url = await serverOf((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
    })
    const response = await fetch(url, { signal: controller.signal })
    controller.abort()
    expect((await errorOf(response.text())).name).toBe('AbortError')
  })

  test('while still connecting takes effect at once', async () => {
    const sockets: Socket[] = []
    const silent = createSocketServer(socket => sockets.push(socket))
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const controller = new AbortController()
    // TLS with a peer that says nothing: the connection never comes about.
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const failure = errorOf(fetch(url, { signal: controller.signal }))
    setTimeout(() => controller.abort(), 50)
    expect((await failure).name).toBe('AbortError')
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  test('after the end changes nothing, and leaves no listener behind', async () => {
    const url = await echo()
    const controller = new AbortController()
    const added: string[] = []
    const { signal } = controller
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      added.push(args[0])
      return addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      added.pop()
      return removeEventListener.apply(signal, args)
    }
    const response = await fetch(url, { signal })
    expect(await response.text()).toContain('GET')
    expect(added).toEqual([])
    controller.abort()
    expect(await response.text()).toContain('GET')
  })
})
