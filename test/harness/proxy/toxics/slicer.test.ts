import { expect, test } from 'vitest'
import { sleep, startClient, startEchoServer, startProxyServer, startServer } from '../support.ts'

const slices = (average_size: number, size_variation = 0, delay = 0) => ({
  type: 'slicer',
  name: 'slicer',
  attributes: { average_size, size_variation, delay },
})

test('cuts data into pieces of about the size', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  // 50 ms between pieces keeps most of them apart on their way.
  await server.must('POST', '/proxies/p/toxics', slices(10, 0, 50_000))
  const text = 'abcdefghij'.repeat(10)
  await client.echo(text)
  expect(client.text).toBe(text)
  expect(client.chunks.length).toBeGreaterThan(5)
  expect(Math.max(...client.chunks.map(({ length }) => length))).toBeLessThan(60)
  expect((await server.evidence()).toxics.slicer).toMatchObject({ connections: 1, bytes: 100 })
})

test.each([
  ['the least', 0],
  ['the most', 0.999_999],
])('never makes an empty piece nor loses data with %s variation', async (_, draw) => {
  await using server = await startProxyServer({ random: () => draw })
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', { ...slices(10, 9), toxicity: 1 })
  const text = Array.from({ length: 5_000 }, (_, index) => `${index} `).join('')
  await client.echo(text)
  expect(client.text).toBe(text)
})

test('waits after each piece', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', slices(10, 0, 30_000))
  // 16 pieces, 15 pauses between them.
  expect(await client.echo('x'.repeat(100))).toBeGreaterThanOrEqual(450)
})

test('waits after the last piece, too', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', slices(10, 0, 200_000))
  const startedAt = performance.now()
  await client.echo('one piece')
  await client.echo('another')
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(200)
})

test('holds back the sender, not the data, when pieces are many', async () => {
  await using server = await startProxyServer()
  await using sink = await startServer(() => {})
  using client = await startClient(await server.proxyTo(sink.port))
  await server.must('POST', '/proxies/p/toxics', { ...slices(10, 0, 50_000), stream: 'upstream' })
  client.socket.write(Buffer.alloc(16 * 1024 * 1024))
  await sleep(200)
  expect((await server.evidence()).upstreamBytes).toBeLessThan(1024 * 1024)
})

test('passes on at once, in order, what it holds when it is removed', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', slices(10, 2, 10_000_000))
  const text = Array.from({ length: 100 }, (_, index) => `${index} `).join('')
  client.socket.write(text)
  await client.until('received the first piece', ({ bytes }) => bytes > 0)
  expect(client.bytes).toBeLessThan(20)
  await server.must('DELETE', '/proxies/p/toxics/slicer')
  await client.until('received all', ({ bytes }) => bytes === text.length)
  expect(client.text).toBe(text)
})

test('cuts the rest to the new size when it is changed', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', slices(10, 0, 10_000_000))
  client.socket.write('x'.repeat(400))
  await client.until('received the first piece', ({ bytes }) => bytes > 0)
  const attributes = { average_size: 200, delay: 50_000 }
  await server.must('PATCH', '/proxies/p/toxics/slicer', { attributes })
  await client.until('received all', ({ bytes }) => bytes === 400)
  expect(client.chunks.length).toBeLessThan(10)
})
