import { expect, test } from 'vitest'
import { type Peer, startClient, startEchoServer, startProxyServer } from './support.ts'

/** Draws that are the same in every run, well spread. */
function steps() {
  let draw = 0
  return () => {
    draw = (draw + 0.37) % 1
    return draw
  }
}

test('draws once per connection, and keeps the draw when toxics change around it', async () => {
  await using server = await startProxyServer({ random: steps() })
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  const clients: Peer[] = []
  for (let index = 0; index < 10; index += 1) clients.push(await startClient(port))
  await Promise.all(clients.map(client => client.echo('warm')))
  const toxic = { type: 'latency', name: 'lat', toxicity: 0.5, attributes: { latency: 300 } }
  await server.must('POST', '/proxies/p/toxics', toxic)

  const affected = async () =>
    (await Promise.all(clients.map(client => client.echo('x')))).map(tookMs => tookMs >= 300)
  const first = await affected()
  expect(first).toContain(true)
  expect(first).toContain(false)
  await server.must('PATCH', '/proxies/p/toxics/lat', { attributes: { latency: 301 } })
  await server.must('POST', '/proxies/p/toxics', { type: 'noop' })
  expect(await affected()).toEqual(first)
  await server.must('PATCH', '/proxies/p/toxics/lat', { toxicity: 0 })
  const { connections } = (await server.evidence()).toxics.lat ?? {}
  expect(connections).toBe(first.filter(Boolean).length)
  for (const client of clients) client.socket.destroy()
})

test.each([
  [0, 0],
  [-1, 0],
  [1, 4],
  [7, 4],
])('with toxicity %d acts on %d of 4 connections', async (toxicity, acted) => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', toxicity, attributes: { latency: 1 } })
  for (let index = 0; index < 4; index += 1) {
    using client = await startClient(port)
    await client.echo('x')
  }
  expect((await server.evidence()).toxics.latency_downstream?.connections).toBe(acted)
})

test('takes a connection out and back in when the toxicity changes', async () => {
  await using server = await startProxyServer({ random: () => 0.5 })
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  const toxic = { type: 'latency', name: 'lat', toxicity: 1, attributes: { latency: 60_000 } }
  await server.must('POST', '/proxies/p/toxics', toxic)
  client.socket.write('held ')
  await echo.peers[0]?.received('held ')
  await server.must('PATCH', '/proxies/p/toxics/lat', { toxicity: 0.4 })
  await client.received('held ')
  await server.must('PATCH', '/proxies/p/toxics/lat', { toxicity: 0.6, attributes: { latency: 80 } })
  expect(await client.echo('again')).toBeGreaterThanOrEqual(80)
})
