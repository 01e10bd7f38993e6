import { expect, test } from 'vitest'
import { sleep, startClient, startEchoServer, startProxyServer } from '../support.ts'

test('discards the data of its direction only, on an established connection', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await client.echo('before ')
  await server.must('POST', '/proxies/p/toxics', { type: 'timeout', attributes: { timeout: 0 } })
  client.socket.write('lost')
  await echo.peers[0]?.received('before lost')
  await sleep(100)
  expect(client.text).toBe('before ')
  expect(client.ended).toBe(false)
  expect((await server.evidence()).toxics.timeout_downstream).toMatchObject({ connections: 1, bytes: 4 })
})

test('closes both ends after the time without data, also when idle from the start', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  await server.must('POST', '/proxies/p/toxics', {
    type: 'timeout',
    stream: 'upstream',
    attributes: { timeout: 80 },
  })
  const startedAt = performance.now()
  using client = await startClient(port)
  await client.until('ended', peer => peer.ended)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(80)
  await echo.peers[0]?.until('ended', peer => peer.ended)
})

test('starts its clock again with every chunk', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', {
    type: 'timeout',
    stream: 'upstream',
    attributes: { timeout: 1_000 },
  })
  const startedAt = performance.now()
  for (let index = 0; index < 12; index += 1) {
    client.socket.write('x')
    await sleep(100)
  }
  await client.until('ended', peer => peer.ended)
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(2_100)
})

test('closes the connections it held when it is removed, and spares new ones', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  using client = await startClient(port)
  await server.must('POST', '/proxies/p/toxics', { type: 'timeout', name: 't' })
  await server.must('DELETE', '/proxies/p/toxics/t')
  await client.until('ended', peer => peer.ended)
  using next = await startClient(port)
  await next.echo('after')
})

test('swallows the end, too', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await client.echo('x')
  await server.must('POST', '/proxies/p/toxics', { type: 'timeout', stream: 'upstream' })
  client.socket.end()
  await sleep(100)
  expect(echo.peers[0]?.ended).toBe(false)
})
