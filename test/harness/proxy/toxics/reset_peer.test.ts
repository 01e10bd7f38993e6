import { expect, test } from 'vitest'
import { sleep, startClient, startProxyServer, startServer } from '../support.ts'

/** Echoes by hand: a pipe would turn a reset into a close. */
const startEchoServer = () => startServer(({ socket }) => socket.on('data', data => socket.write(data)))

test.each(['upstream', 'downstream'])(
  'resets both ends at the first data %s, on an established connection',
  async stream => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    using client = await startClient(await server.proxyTo(echo.port))
    await client.echo('before')
    await server.must('POST', '/proxies/p/toxics', { type: 'reset_peer', stream })
    await sleep(50)
    expect(client.error).toBeUndefined()
    client.socket.write('x')
    await client.until('reset', peer => peer.error !== undefined)
    await echo.peers[0]?.until('reset', peer => peer.error !== undefined)
    expect([client.error, echo.peers[0]?.error]).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect(client.text).toBe('before')
    expect((await server.evidence()).toxics[`reset_peer_${stream}`]).toMatchObject({
      connections: 1,
      bytes: 1,
    })
  },
)

test('resets a new connection after the time, not before', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  await server.must('POST', '/proxies/p/toxics', {
    type: 'reset_peer',
    stream: 'upstream',
    attributes: { timeout: 100 },
  })
  using client = await startClient(port)
  const startedAt = performance.now()
  client.socket.write('x')
  await client.until('reset', peer => peer.error === 'ECONNRESET')
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(100)
  expect(echo.peers[0]?.bytes).toBe(0)
})

test('resets at the end of its direction, too', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await client.echo('x')
  await server.must('POST', '/proxies/p/toxics', { type: 'reset_peer', stream: 'upstream' })
  client.socket.end()
  await echo.peers[0]?.until('reset', peer => peer.error === 'ECONNRESET')
})

test('is removed during its wait at once, without loss and without a reset', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  const toxic = { type: 'reset_peer', name: 'r', stream: 'upstream', attributes: { timeout: 60_000 } }
  await server.must('POST', '/proxies/p/toxics', toxic)
  client.socket.write('one ')
  await sleep(50)
  client.socket.write('two ')
  await sleep(50)
  await server.must('DELETE', '/proxies/p/toxics/r')
  await client.received('one two ')
  await client.echo('three')
  expect(client.error).toBeUndefined()
  expect((await server.evidence()).toxics.r).toMatchObject({ active: false, connections: 0, bytes: 0 })
})

test('leaves plain closes plain once it is removed', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', { type: 'reset_peer', name: 'r' })
  await server.must('DELETE', '/proxies/p/toxics/r')
  await client.echo('x')
  await server.must('PATCH', '/proxies/p', { enabled: false })
  await client.until('ended', peer => peer.ended)
  expect(client.error).toBeUndefined()
})
