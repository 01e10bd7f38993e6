import { expect, test } from 'vitest'
import { sleep, startClient, startEchoServer, startProxyServer, startServer } from '../support.ts'

const slow = (delay: number) => ({ type: 'slow_close', name: 'slow', attributes: { delay } })

test('delays the end only, and only in its direction', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', slow(1_000))
  const startedAt = performance.now()
  client.socket.end('all')
  await echo.peers[0]?.until('ended', ({ ended }) => ended)
  await client.received('all')
  expect(client.ended).toBe(false)
  await client.until('ended', ({ ended }) => ended)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000)
  expect((await server.evidence()).toxics.slow).toMatchObject({ connections: 1, bytes: 0 })
})

test('passes the end on at once when it is removed', async () => {
  await using server = await startProxyServer()
  await using closer = await startServer(({ socket }) => socket.end())
  using client = await startClient(await server.proxyTo(closer.port))
  await client.until('ended', ({ ended }) => ended)
  await server.must('POST', '/proxies/p/toxics', slow(60_000))
  using other = await startClient(await portOf(server))
  await sleep(50)
  expect(other.ended).toBe(false)
  await server.must('DELETE', '/proxies/p/toxics/slow')
  await other.until('ended', ({ ended }) => ended)
})

test('starts the wait again when it is changed', async () => {
  await using server = await startProxyServer()
  await using closer = await startServer(({ socket }) => socket.end())
  await server.proxyTo(closer.port)
  await server.must('POST', '/proxies/p/toxics', slow(60_000))
  using client = await startClient(await portOf(server))
  await sleep(50)
  const changedAt = performance.now()
  await server.must('PATCH', '/proxies/p/toxics/slow', { attributes: { delay: 100 } })
  await client.until('ended', ({ ended }) => ended)
  expect(performance.now() - changedAt).toBeGreaterThanOrEqual(100)
})

async function portOf(server: { must(method: string, path: string): Promise<unknown> }): Promise<number> {
  const { listen } = (await server.must('GET', '/proxies/p')) as { listen: string }
  return Number(listen.split(':').at(-1))
}
