import { expect, test } from 'vitest'
import { Alarm } from '../../../../harness/proxy/alarm.ts'
import { bandwidth } from '../../../../harness/proxy/toxics/bandwidth.ts'
import { sleep, startClient, startEchoServer, startProxyServer, startServer } from '../support.ts'

const rate = (kilobytesPerSecond: number) => ({
  type: 'bandwidth',
  name: 'band',
  stream: 'upstream',
  attributes: { rate: kilobytesPerSecond },
})

test('lets so many bytes through in a time, never more', async () => {
  await using server = await startProxyServer()
  await using sink = await startServer(() => {})
  using client = await startClient(await server.proxyTo(sink.port))
  await server.must('POST', '/proxies/p/toxics', rate(500))
  const startedAt = performance.now()
  client.socket.write(Buffer.alloc(250_000))
  const peer = sink.peers[0]
  for (const [bytes, afterMs] of [
    [50_000, 100],
    [150_000, 300],
    [250_000, 500],
  ] as const) {
    await peer?.until(`received ${bytes}`, ({ bytes: received }) => received >= bytes)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(afterMs)
  }
  expect(performance.now() - startedAt).toBeLessThan(4_000)
  expect((await server.evidence()).toxics.band).toMatchObject({ connections: 1, bytes: 250_000 })
})

test('keeps the rate for many small writes, and their order', async () => {
  await using server = await startProxyServer()
  await using sink = await startServer(() => {})
  using client = await startClient(await server.proxyTo(sink.port))
  await server.must('POST', '/proxies/p/toxics', rate(10))
  const startedAt = performance.now()
  const words = Array.from({ length: 200 }, (_, index) => `${index} `.padEnd(20))
  for (const word of words) client.socket.write(word)
  await sink.peers[0]?.until('received all', ({ bytes }) => bytes === 4_000)
  const tookMs = performance.now() - startedAt
  expect(tookMs).toBeGreaterThanOrEqual(400)
  expect(tookMs).toBeLessThan(4_000)
  expect(sink.peers[0]?.text).toBe(words.join(''))
})

test('saves nothing up while the link is idle', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', rate(10))
  await client.echo('x')
  await sleep(500)
  expect(await client.echo('y'.repeat(2_000))).toBeGreaterThanOrEqual(200)
})

test('does not read without bound from a sender that is too fast', async () => {
  await using server = await startProxyServer()
  await using sink = await startServer(() => {})
  using client = await startClient(await server.proxyTo(sink.port))
  await server.must('POST', '/proxies/p/toxics', rate(1))
  client.socket.write(Buffer.alloc(64 * 1024 * 1024))
  await sleep(300)
  expect((await server.evidence()).upstreamBytes).toBeLessThan(1024 * 1024)
})

test('passes nothing at rate 0, and what it held once the rate is raised', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', rate(0))
  client.socket.write('x'.repeat(1_000))
  await sleep(150)
  expect(client.bytes).toBe(0)
  const changedAt = performance.now()
  await server.must('PATCH', '/proxies/p/toxics/band', { attributes: { rate: 10 } })
  await client.until('received all', ({ bytes }) => bytes === 1_000)
  expect(performance.now() - changedAt).toBeGreaterThanOrEqual(100)
})

test('passes on at once, in order, what it holds when it is removed', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', rate(1))
  const words = Array.from({ length: 30_000 }, (_, index) => `${index} `).join('')
  client.socket.write(words)
  await client.until('received some', ({ bytes }) => bytes > 0)
  await server.must('DELETE', '/proxies/p/toxics/band')
  const removedAt = performance.now()
  await client.until('received all', ({ bytes }) => bytes === words.length)
  expect(performance.now() - removedAt).toBeLessThan(10_000)
  expect(client.text).toBe(words)
})

test('passes the end on after the data before it', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  using client = await startClient(port)
  await server.must('POST', '/proxies/p/toxics', rate(10))
  client.socket.end('x'.repeat(1_000))
  await client.until('ended', ({ ended }) => ended)
  expect(client.bytes).toBe(1_000)
  using idle = await startClient(port)
  idle.socket.end()
  await idle.until('ended', ({ ended }) => ended)
})

test('makes good what timers are late: many small chunks take no longer than their bytes', async () => {
  const attributes = { rate: 10 }
  const alarms: Alarm[] = []
  let passedBytes = 0
  const stage = bandwidth.start({
    attributes,
    outputFull: false,
    pass({ data }) {
      passedBytes += data.length
    },
    alarm(ring) {
      const alarm = new Alarm(ring)
      alarms.push(alarm)
      return alarm
    },
    end() {},
    ready() {},
    touch() {},
    random: () => 0,
    close() {},
    hangUp() {},
    reset() {},
  })
  const startedAt = performance.now()
  // Half a millisecond each, and no timer is that short.
  for (let index = 0; index < 2_000; index += 1) {
    stage.write({ data: Buffer.alloc(5), receivedAt: startedAt })
  }
  await expect.poll(() => passedBytes, { timeout: 10_000, interval: 5 }).toBe(10_000)
  const tookMs = performance.now() - startedAt
  expect(tookMs).toBeGreaterThanOrEqual(1_000)
  expect(tookMs).toBeLessThan(2_000)
  for (const alarm of alarms) alarm.clear()
})
