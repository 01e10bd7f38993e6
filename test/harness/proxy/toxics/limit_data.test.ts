import { expect, test } from 'vitest'
import { sleep, startClient, startEchoServer, startProxyServer, startServer } from '../support.ts'

const limit = (bytes: number, stream = 'downstream') => ({
  type: 'limit_data',
  name: 'limit',
  stream,
  attributes: { bytes },
})

test('passes exactly so many bytes, then closes both ends', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', limit(5))
  client.socket.write('1234567')
  await client.until('ended', ({ ended }) => ended)
  await echo.peers[0]?.until('ended', ({ ended }) => ended)
  expect(client.text).toBe('12345')
  expect((await server.evidence()).toxics.limit).toMatchObject({ connections: 1, bytes: 2 })
  await expect.poll(async () => (await server.evidence()).open).toBe(0)
})

test('closes as soon as the limit is reached exactly, and loses nothing of a large answer', async () => {
  const bytes = 3_000_000
  await using server = await startProxyServer()
  await using source = await startServer(({ socket }) =>
    socket.once('data', () => socket.write(Buffer.alloc(bytes))),
  )
  using client = await startClient(await server.proxyTo(source.port))
  await server.must('POST', '/proxies/p/toxics', limit(bytes))
  client.socket.pause()
  client.socket.write('go')
  await sleep(100)
  client.socket.resume()
  await client.until('ended', ({ ended }) => ended)
  expect([client.bytes, client.error]).toEqual([bytes, undefined])
})

test('counts each connection by itself, from when it came', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  using first = await startClient(port)
  await first.echo('not counted')
  await server.must('POST', '/proxies/p/toxics', limit(4))
  using second = await startClient(port)
  await first.echo('abc')
  await second.echo('abc')
  for (const client of [first, second]) {
    client.socket.write('de')
    await client.until('ended', ({ ended }) => ended)
    expect(client.text.endsWith('abcd')).toBe(true)
  }
})

test('closes at the first data when the limit is 0, and leaves an idle connection alone', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  await server.must('POST', '/proxies/p/toxics', limit(0, 'upstream'))
  using idle = await startClient(port)
  using client = await startClient(port)
  client.socket.write('x')
  await client.until('ended', ({ ended }) => ended)
  expect([client.bytes, idle.ended]).toEqual([0, false])
})

test('still counts what has passed before the limit changed', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', limit(100))
  await client.echo('12345')
  await server.must('PATCH', '/proxies/p/toxics/limit', { attributes: { bytes: 7 } })
  await client.echo('6')
  await server.must('PATCH', '/proxies/p/toxics/limit', { attributes: { bytes: 3 } })
  await sleep(50)
  expect(client.ended).toBe(false)
  client.socket.write('78')
  await client.until('ended', ({ ended }) => ended)
  expect(client.text).toBe('123456')
})

test('lets all of the rest through a toxic behind it before it closes', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', limit(5))
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 150 } })
  const startedAt = performance.now()
  client.socket.write('1234567')
  await client.until('ended', ({ ended }) => ended)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(150)
  expect(client.text).toBe('12345')
})
