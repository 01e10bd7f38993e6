import { expect, test } from 'vitest'
import { startClient, startEchoServer, startProxyServer } from '../support.ts'

test('passes data and the end, and leaves no evidence', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  for (const stream of ['upstream', 'downstream']) {
    await server.must('POST', '/proxies/p/toxics', { type: 'noop', stream })
  }
  await client.echo('hello')
  client.socket.end()
  await client.until('ended', peer => peer.ended)
  const { toxics } = await server.evidence()
  expect(Object.values(toxics).map(({ connections, bytes }) => [connections, bytes])).toEqual([
    [0, 0],
    [0, 0],
  ])
})
