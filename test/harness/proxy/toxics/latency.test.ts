import { expect, test } from 'vitest'
import { sleep, startClient, startEchoServer, startProxyServer, startServer } from '../support.ts'

test('delays new and established connections, never early, in the direction asked for', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  using established = await startClient(port)
  await established.echo('before')
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 60 } })
  using fresh = await startClient(port)
  expect(await established.echo('one')).toBeGreaterThanOrEqual(60)
  expect(await fresh.echo('two')).toBeGreaterThanOrEqual(60)
  const upstream = { type: 'latency', stream: 'upstream', attributes: { latency: 80 } }
  await server.must('POST', '/proxies/p/toxics', upstream)
  expect(await established.echo('three')).toBeGreaterThanOrEqual(140)
})

test('adds two delays of one direction', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  for (const name of ['a', 'b']) {
    await server.must('POST', '/proxies/p/toxics', { type: 'latency', name, attributes: { latency: 50 } })
  }
  expect(await client.echo('x')).toBeGreaterThanOrEqual(100)
})

test('counts from receipt: a burst takes one delay, not many', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 200 } })
  const startedAt = performance.now()
  for (let index = 0; index < 20; index += 1) {
    client.socket.write(`${index} `)
    await sleep(5)
  }
  await client.received('19 ')
  // Twenty delays one after another would be 4 s.
  expect(performance.now() - startedAt).toBeLessThan(2_000)
  expect(client.text).toBe(Array.from({ length: 20 }, (_, index) => `${index} `).join(''))
})

test('keeps the order although every chunk has another delay', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  const attributes = { latency: 30, jitter: 30 }
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes })
  for (let index = 0; index < 30; index += 1) {
    client.socket.write(`${index} `)
    await sleep(2)
  }
  await client.received('29 ')
  expect(client.text).toBe(Array.from({ length: 30 }, (_, index) => `${index} `).join(''))
})

test('draws jitter from latency - jitter on', async () => {
  await using server = await startProxyServer({ random: () => 0 })
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  const attributes = { latency: 2_000, jitter: 1_950 }
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes })
  const tookMs = await client.echo('x')
  expect(tookMs).toBeGreaterThanOrEqual(50)
  expect(tookMs).toBeLessThan(1_900)
})

test('passes on at once, in order, what it holds when it is removed', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', {
    type: 'latency',
    name: 'lat',
    attributes: { latency: 60_000 },
  })
  client.socket.write('one ')
  await sleep(20)
  client.socket.write('two ')
  await echo.peers[0]?.received('two ')
  await sleep(20)
  await server.must('DELETE', '/proxies/p/toxics/lat')
  await client.received('one two ')
  await client.echo('three')
  expect(client.text).toBe('one two three')
})

test('gives what it holds the new delay when it is changed', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', {
    type: 'latency',
    name: 'lat',
    attributes: { latency: 60_000 },
  })
  const startedAt = performance.now()
  client.socket.write('held')
  await echo.peers[0]?.received('held')
  await server.must('PATCH', '/proxies/p/toxics/lat', { attributes: { latency: 100 } })
  await client.received('held')
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(100)
})

test('takes no delay for a negative one', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  const attributes = { latency: -60_000, jitter: -5 }
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes })
  expect(await client.echo('x')).toBeLessThan(10_000)
  expect((await server.evidence()).toxics.latency_downstream).toMatchObject({ connections: 0, bytes: 0 })
})

test('passes the end on after the data before it', async () => {
  await using server = await startProxyServer()
  await using hangingUp = await startServer(({ socket }) => socket.end('bye'))
  const port = await server.proxyTo(hangingUp.port)
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 100 } })
  using client = await startClient(port)
  const startedAt = performance.now()
  await client.until('ended', peer => peer.ended)
  expect(client.text).toBe('bye')
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(50)
})

test('holds a bounded amount for a client that sends without end', async () => {
  await using server = await startProxyServer()
  await using sink = await startServer(() => {})
  using client = await startClient(await server.proxyTo(sink.port))
  const toxic = { type: 'latency', name: 'lat', stream: 'upstream', attributes: { latency: 60_000 } }
  await server.must('POST', '/proxies/p/toxics', toxic)
  const total = 64 * 1024 * 1024
  for (let sent = 0; sent < total; sent += 1024 * 1024) client.socket.write(Buffer.alloc(1024 * 1024))
  await expect
    .poll(async () => (await server.evidence()).upstreamBytes, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(32 * 1024 * 1024)
  await sleep(300)
  expect((await server.evidence()).upstreamBytes).toBeLessThan(40 * 1024 * 1024)
  await server.must('DELETE', '/proxies/p/toxics/lat')
  await sink.peers[0]?.until('got it all', peer => peer.bytes === total)
})
