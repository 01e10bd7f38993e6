import { describe, expect, test } from 'vitest'
import { startClient, startServer } from '../support.ts'
import { startHttp } from './support.ts'

describe('delay', () => {
  test('is before the request is forwarded, never early, and adds up over toxics', async () => {
    await using world = await startHttp()
    await world.addToxic({ match: { path: '/a' }, delay: 60 })
    await world.addToxic({ delay: 70 }, 'second')
    const ask = world.client()
    const seen = await ask('/a', { method: 'POST', body: 'x'.repeat(3_000_000) })
    expect(seen.ms).toBeGreaterThanOrEqual(130)
    expect(JSON.parse(seen.body).body.length).toBe(3_000_000)
    expect((await ask('/b')).ms).toBeGreaterThanOrEqual(70)
    expect([(await world.toxic()).requests, (await world.toxic('second')).requests]).toEqual([1, 2])
  })

  test('is shorter at once when one of several toxics is removed', async () => {
    await using world = await startHttp()
    await world.addToxic({ delay: 100 })
    await world.addToxic({ delay: 60_000 }, 'second')
    const asked = world.client()('/a')
    await expect.poll(async () => (await world.toxic()).requests).toBe(1)
    await world.removeToxic('second')
    expect((await asked).ms).toBeGreaterThanOrEqual(100)
    const again = world.client()('/a')
    await expect.poll(async () => (await world.toxic()).requests).toBe(2)
    await world.proxy.must('PATCH', '/proxies/p/toxics/h', { attributes: { delay: 50_000 } })
    // What a request waits for was said when it came.
    expect((await again).status).toBe(200)
  })

  test('is for one request only: another connection does not wait for it', async () => {
    await using world = await startHttp()
    await world.addToxic({ match: { path: '/slow' }, delay: 60_000 })
    void world.client()('/slow')
    await expect.poll(async () => (await world.toxic()).requests).toBe(1)
    expect((await world.client()('/quick')).status).toBe(200)
  })

  test('holds a bounded amount of what a client goes on to send', async () => {
    await using world = await startHttp((asked, response) =>
      asked.resume().on('end', () => response.end('all')),
    )
    await world.addToxic({ delay: 60_000 })
    using client = await startClient(world.port)
    const total = 16 * 1024 * 1024
    client.socket.write(`POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: ${total}\r\n\r\n`)
    client.socket.write(Buffer.alloc(total))
    await expect.poll(async () => (await world.proxy.evidence()).upstreamBytes).toBeGreaterThan(200_000)
    expect((await world.proxy.evidence()).upstreamBytes).toBeLessThan(4 * 1024 * 1024)
    await world.removeToxic()
    await client.received('all')
  })
})

describe('answer', () => {
  const answer = {
    status: 429,
    contentType: 'text/plain',
    body: 'slöw down',
    headers: { 'Retry-After': '3' },
  }

  test('is given without asking upstream, and the connection goes on', async () => {
    await using world = await startHttp()
    await world.addToxic({ match: { path: '/a' }, answer, delay: 50 })
    const ask = world.client()
    const seen = await ask('/a', { method: 'POST', body: 'x'.repeat(500_000) })
    expect(seen).toMatchObject({ status: 429, body: 'slöw down', error: undefined })
    expect(seen.headers).toMatchObject({
      'content-type': 'text/plain',
      'retry-after': '3',
      'content-length': '10',
    })
    expect(seen.ms).toBeGreaterThanOrEqual(50)
    expect((await ask('/b')).status).toBe(200)
    expect(world.heard).toEqual(['GET /b'])
    expect(await world.proxy.evidence()).toMatchObject({ connections: 1, unparsed: 0 })
  })

  test('to HEAD, and of a status without one, has no body', async () => {
    await using world = await startHttp()
    await world.addToxic({ match: { method: ['HEAD'] }, answer })
    await world.addToxic({ match: { path: '/gone' }, answer: { status: 204 } }, 'none')
    const ask = world.client()
    const head = await ask('/a', { method: 'HEAD' })
    expect(head).toMatchObject({ status: 429, body: '', headers: { 'content-length': '10' } })
    using client = await startClient(world.port)
    client.socket.write('HEAD /a HTTP/1.1\r\nConnection: close\r\n\r\n')
    await client.until('ended', ({ ended }) => ended)
    expect(client.text.endsWith('\r\n\r\n')).toBe(true)
    const none = await ask('/gone')
    expect(none).toMatchObject({ status: 204, body: '' })
    expect(none.headers['content-length']).toBeUndefined()
    expect((await ask('/b')).status).toBe(200)
  })

  test('is not given to half a request, whose connection ends', async () => {
    await using world = await startHttp()
    await world.addToxic({ answer })
    using client = await startClient(world.port)
    client.socket.end('POST /a HTTP/1.1\r\nContent-Length: 30\r\n\r\nabc')
    await client.until('ended', ({ ended }) => ended)
    expect(client.text).toBe('')
    await expect.poll(async () => (await world.proxy.evidence()).open).toBe(0)
  })

  test('is the first of several', async () => {
    await using world = await startHttp()
    await world.addToxic({ answer: { status: 500 } })
    await world.addToxic({ answer: { status: 501 } }, 'second')
    await world.addToxic({ delay: 1, answer: { status: 502 } }, 'third')
    expect((await world.client()('/a')).status).toBe(500)
    expect((await world.toxic('second')).requests).toBe(0)
    expect((await world.toxic('third')).requests).toBe(1)
  })

  test('is still given when upstream has hung up meanwhile', async () => {
    await using world = await startHttp()
    await using leaver = await startServer(({ socket }) => socket.end())
    await world.proxy.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${leaver.port}` })
    await world.addToxic({ answer, delay: 150 })
    using client = await startClient(world.port)
    client.socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect.poll(async () => (await world.toxic()).requests).toBe(1)
    await client.until('ended', ({ ended }) => ended)
    expect(client.text).toMatch(/^HTTP\/1\.1 429 .*slöw down$/s)
  })

  test.each([
    ['a client that closes', 'POST /a HTTP/1.1\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc'],
    ['a client of HTTP/1.0', 'GET /a HTTP/1.0\r\n\r\n'],
    [
      'one who waits for the word to go on',
      'POST /a HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n',
    ],
  ])('ends the connection of %s', async (_, text) => {
    await using world = await startHttp()
    await world.addToxic({ answer })
    using client = await startClient(world.port)
    client.socket.write(text)
    await client.until('ended', ({ ended }) => ended)
    expect(client.text).toMatch(
      /^HTTP\/1\.1 429 Too Many Requests\r\n(.+\r\n)*Connection: close\r\n\r\nslöw down$/,
    )
    expect(client.error).toBeUndefined()
  })
})
