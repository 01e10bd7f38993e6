/** Where Toxiproxy 2.12 is weak, and this proxy must not be: one test for each. */
import { describe, expect, test } from 'vitest'
import {
  sleep,
  startClient,
  startDeafServer,
  startEchoServer,
  startProxyServer,
  startServer,
} from './support.ts'

describe('settings that would kill the whole process are refused, naming attribute and value', () => {
  test.each([
    ['a bandwidth below 0', 'bandwidth', { rate: -1 }, 'rate is -1, and must be 0 KB/s or more'],
    ['a slicer without attributes', 'slicer', undefined, 'average_size is 0, and must be 1 byte or more'],
    [
      'a slicer whose variation is over its average',
      'slicer',
      { average_size: 10, size_variation: 100 },
      'size_variation is 100, and must be from 0 to under average_size, which is 10',
    ],
    [
      'a slicer whose variation is its average',
      'slicer',
      { average_size: 10, size_variation: 10 },
      'size_variation is 10, and must be from 0 to under average_size, which is 10',
    ],
    [
      'a slicer whose variation is below 0',
      'slicer',
      { average_size: 10, size_variation: -1 },
      'size_variation is -1, and must be from 0 to under average_size, which is 10',
    ],
  ])('%s', async (_, type, attributes, text) => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    using client = await startClient(await server.proxyTo(echo.port))
    const reply = await server.ask('POST', '/proxies/p/toxics', { type, attributes })
    expect(reply.status).toBe(400)
    expect(JSON.parse(reply.body).error).toBe(`invalid attributes of a ${type} toxic: ${text}`)
    await client.echo('alive')
  })

  test('also when a good toxic is changed to them', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    const attributes = { average_size: 100, size_variation: 50 }
    await server.must('POST', '/proxies/p/toxics', { type: 'slicer', name: 's', attributes })
    const change = { attributes: { average_size: 50 } }
    expect((await server.ask('PATCH', '/proxies/p/toxics/s', change)).status).toBe(400)
    expect(await server.must('GET', '/proxies/p/toxics/s')).toMatchObject({ attributes })
  })
})

describe('who stalls holds up nobody else', () => {
  test('a reader that stalls does not delay the API, a toxic, or new connections', async () => {
    await using server = await startProxyServer()
    await using source = await startServer(({ socket }) => socket.write(Buffer.alloc(32 * 1024 * 1024)))
    const port = await server.proxyTo(source.port)
    using stalled = await startClient(port)
    stalled.socket.pause()
    await expect.poll(async () => (await server.evidence()).downstreamBytes).toBeGreaterThan(0)
    await sleep(200)
    const startedAt = performance.now()
    await server.must('POST', '/proxies/p/toxics', { type: 'latency', name: 'l', attributes: { latency: 1 } })
    await server.must('PATCH', '/proxies/p/toxics/l', { attributes: { latency: 2 } })
    await server.must('GET', '/proxies/p')
    await server.must('GET', '/proxies')
    using next = await startClient(port)
    await next.until('was answered', ({ bytes }) => bytes > 0)
    await server.must('DELETE', '/proxies/p/toxics/l')
    // There it is 25 s for each of them.
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    stalled.socket.resume()
    await stalled.until('received all', ({ bytes }) => bytes === 32 * 1024 * 1024)
  })

  test('an upstream that does not answer the dial holds up neither disabling nor another client', async () => {
    await using server = await startProxyServer()
    await using deaf = await startDeafServer()
    await using echo = await startEchoServer()
    const port = await server.proxyTo(deaf.port)
    using waiting = await startClient(port)
    waiting.socket.write('anyone?')
    await sleep(100)
    expect(waiting.ended).toBe(false)
    const startedAt = performance.now()
    await server.must('PATCH', '/proxies/p', { enabled: false })
    await waiting.until('ended', ({ ended, error }) => ended || error !== undefined)
    await server.must('PATCH', '/proxies/p', { enabled: true })
    using second = await startClient(port)
    await server.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${echo.port}`, established: 'drain' })
    using third = await startClient(port)
    await third.echo('served')
    expect(second.ended).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(8_000)
  })
})

test('half-close works: who shuts down its sending side still gets the answer', async () => {
  await using server = await startProxyServer()
  await using late = await startServer(({ socket }) => {
    socket.on('end', () => setTimeout(() => socket.end('the answer'), 50))
  })
  using client = await startClient(await server.proxyTo(late.port))
  client.socket.end('the question')
  await client.until('ended', ({ ended }) => ended)
  expect([late.peers[0]?.text, client.text]).toEqual(['the question', 'the answer'])
})

describe('reset_peer', () => {
  const reset = (timeout: number) => ({ type: 'reset_peer', name: 'r', attributes: { timeout } })

  test('resets established connections, both ends', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    using client = await startClient(await server.proxyTo(echo.port))
    await client.echo('established')
    await server.must('POST', '/proxies/p/toxics', reset(0))
    client.socket.write('x')
    await client.until('reset', ({ error }) => error === 'ECONNRESET')
    await echo.peers[0]?.until('reset', ({ error }) => error === 'ECONNRESET')
  })

  test('can be interrupted: removing it during its wait answers at once', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    using client = await startClient(await server.proxyTo(echo.port))
    await server.must('POST', '/proxies/p/toxics', reset(60_000))
    client.socket.write('x')
    await echo.peers[0]?.received('x')
    await server.must('DELETE', '/proxies/p/toxics/r')
    await client.received('x')
  })

  test('leaves nothing behind: later closes of a spared connection are plain', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    const port = await server.proxyTo(echo.port)
    await server.must('POST', '/proxies/p/toxics', { ...reset(0), toxicity: 0 })
    using spared = await startClient(port)
    await spared.echo('spared')
    await server.must('DELETE', '/proxies/p/toxics/r')
    await server.must('PATCH', '/proxies/p', { enabled: false })
    await spared.until('ended', ({ ended, error }) => ended || error !== undefined)
    await echo.peers[0]?.until('ended', ({ ended, error }) => ended || error !== undefined)
    expect([spared.error, echo.peers[0]?.error]).toEqual([undefined, undefined])
  })
})

test('toxicity is drawn once for a connection and toxic: updates and neighbours do not change who is hit', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  const clients = await Promise.all(Array.from({ length: 30 }, () => startClient(port)))
  const attributes = { average_size: 1, size_variation: 0, delay: 0 }
  const limit = (bytes: number) => ({ attributes: { bytes } })
  await server.must('POST', '/proxies/p/toxics', {
    type: 'limit_data',
    name: 'l',
    toxicity: 0.5,
    ...limit(1_000),
  })
  for (let index = 0; index < 5; index += 1) {
    await server.must('PATCH', '/proxies/p/toxics/l', limit(1_000 - index))
    await server.must('POST', '/proxies/p/toxics', { type: 'slicer', name: 's', attributes })
    await server.must('DELETE', '/proxies/p/toxics/s')
    await Promise.all(clients.map(client => client.echo(`${index}`)))
  }
  // A fresh draw would hit another half each time, and count nearly all of them in the end.
  await server.must('PATCH', '/proxies/p/toxics/l', limit(0))
  for (const client of clients) client.socket.write('x')
  await Promise.all(
    clients.map(client => client.until('ended or served', peer => peer.ended || peer.text.endsWith('x'))),
  )
  const first = clients.filter(({ ended }) => ended).length
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(30)
  const spared = clients.filter(({ ended }) => !ended)
  await server.must('PATCH', '/proxies/p/toxics/l', limit(0))
  await Promise.all(spared.map(client => client.echo('still spared')))
  for (const client of clients) client.socket.destroy()
})

test.each([undefined, '', ':0'])('a listen address without host is this machine only: %j', async listen => {
  await using server = await startProxyServer()
  const proxy = await server.must('POST', '/proxies', { name: 'x', listen, upstream: '127.0.0.1:9' })
  expect(proxy).toMatchObject({ listen: expect.stringMatching(/^127\.0\.0\.1:\d+$/) })
  const moved = await server.must('PATCH', '/proxies/x', { listen: '' })
  expect(moved).toMatchObject({ listen: expect.stringMatching(/^127\.0\.0\.1:\d+$/) })
})

test('a name with a slash can be addressed and deleted, and so can a toxic', async () => {
  await using server = await startProxyServer()
  await server.must('POST', '/proxies', { name: 'a/b', upstream: '127.0.0.1:9' })
  await server.must('POST', '/proxies/a%2Fb/toxics', { type: 'noop', name: 'c/d' })
  expect((await server.ask('DELETE', '/proxies/a%2Fb/toxics/c%2Fd')).status).toBe(204)
  expect((await server.ask('DELETE', '/proxies/a%2Fb')).status).toBe(204)
  expect((await server.ask('GET', '/proxies')).body).toBe('{}')
})

describe('a PATCH that fails changes nothing', () => {
  test.each([
    ['/proxies/p', { upstream: '127.0.0.1:8', enabled: 'no' }],
    ['/proxies/p', { upstream: '127.0.0.1:8', listen: 'garbage' }],
    ['/proxies/p', { upstream: '127.0.0.1:8', listen: '127.0.0.1:TAKEN' }],
    ['/proxies/p/toxics/l', { attributes: { jitter: 44, latency: 'x' }, toxicity: 0.5 }],
    ['/proxies/p/toxics/l', { attributes: { jitter: 44 }, toxicity: 'x' }],
    ['/proxies/p/toxics/l', { attributes: { jitter: 44 }, lease: { holder: '', ms: 1 } }],
  ])('%s %j', async (path, body) => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    using client = await startClient(await server.proxyTo(echo.port))
    await server.must('POST', '/proxies/p/toxics', { type: 'latency', name: 'l', attributes: { latency: 1 } })
    const before = (await server.ask('GET', '/proxies/p')).body
    const text = JSON.stringify(body).replace('TAKEN', String(echo.port))
    expect((await server.ask('PATCH', path, text)).status).toBeGreaterThanOrEqual(400)
    expect((await server.ask('GET', '/proxies/p')).body).toBe(before)
    await client.echo('still connected')
  })
})

test('counters are live: a fault on an open connection is proven while it lasts', async () => {
  await using server = await startProxyServer({ metrics: true })
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', { type: 'timeout', name: 't' })
  client.socket.write('lost')
  await expect
    .poll(async () => (await server.evidence()).toxics.t)
    .toMatchObject({ connections: 1, bytes: 4 })
  expect((await server.ask('GET', '/metrics')).body).toMatch(
    /toxiproxy_proxy_received_bytes_total\{.*upstream".*\} 4\n/,
  )
  expect(await server.evidence()).toMatchObject({ open: 1 })
})
