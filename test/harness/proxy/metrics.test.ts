import { expect, test } from 'vitest'
import { startClient, startEchoServer, startProxyServer } from './support.ts'

test('are off unless asked for', async () => {
  await using server = await startProxyServer()
  const reply = await server.ask('GET', '/metrics')
  expect([reply.status, reply.body]).toEqual([404, '404 page not found\n'])
})

test('count while connections are open, under the names and labels that Toxiproxy gives', async () => {
  await using server = await startProxyServer({ metrics: true })
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  using client = await startClient(port)
  await server.must('POST', '/proxies/p/toxics', {
    type: 'limit_data',
    name: 'l',
    attributes: { bytes: 100 },
  })
  await client.echo('12345')
  const reply = await server.ask('GET', '/metrics')
  expect(reply.status).toBe(200)
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const labels = `listener="127.0.0.1:${port}",proxy="p",upstream="127.0.0.1:${echo.port}"`
  expect(reply.body).toBe(`# HELP toxiproxy_proxy_received_bytes_total Bytes read by a proxy.
# TYPE toxiproxy_proxy_received_bytes_total counter
toxiproxy_proxy_received_bytes_total{direction="downstream",${labels}} 5
toxiproxy_proxy_received_bytes_total{direction="upstream",${labels}} 5
# HELP toxiproxy_proxy_sent_bytes_total Bytes sent on by a proxy.
# TYPE toxiproxy_proxy_sent_bytes_total counter
toxiproxy_proxy_sent_bytes_total{direction="downstream",${labels}} 5
toxiproxy_proxy_sent_bytes_total{direction="upstream",${labels}} 5
# HELP firebreak_proxy_open_connections Connections that are open.
# TYPE firebreak_proxy_open_connections gauge
firebreak_proxy_open_connections{proxy="p"} 1
# HELP firebreak_toxic_bytes_total Bytes that a toxic acted on.
# TYPE firebreak_toxic_bytes_total counter
firebreak_toxic_bytes_total{proxy="p",toxic="l",type="limit_data",stream="downstream"} 0
# HELP firebreak_toxic_connections_total Connections that a toxic acted on.
# TYPE firebreak_toxic_connections_total counter
firebreak_toxic_connections_total{proxy="p",toxic="l",type="limit_data",stream="downstream"} 0
# HELP firebreak_toxic_requests_total Requests that a toxic acted on.
# TYPE firebreak_toxic_requests_total counter
firebreak_toxic_requests_total{proxy="p",toxic="l",type="limit_data",stream="downstream"} 0
`)
})

test('answer any method', async () => {
  await using server = await startProxyServer({ metrics: true })
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
    expect((await server.ask(method, '/metrics')).status).toBe(200)
  }
})

test('never go back: a new upstream starts new ones, and those of a deleted proxy stay', async () => {
  await using server = await startProxyServer({ metrics: true })
  await using one = await startEchoServer()
  await using other = await startEchoServer()
  const port = await server.proxyTo(one.port)
  const received = async (upstreamPort: number) => {
    const { body } = await server.ask('GET', '/metrics')
    const labels = `direction="upstream",listener="127.0.0.1:${port}",proxy="p",upstream="127.0.0.1:${upstreamPort}"`
    return body
      .split('\n')
      .find(line => line.startsWith(`toxiproxy_proxy_received_bytes_total{${labels}}`))
      ?.split(' ')[1]
  }
  using first = await startClient(port)
  await first.echo('123')
  await server.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${other.port}` })
  using second = await startClient(port)
  await second.echo('12345')
  expect([await received(one.port), await received(other.port)]).toEqual(['3', '5'])
  await server.must('DELETE', '/proxies/p')
  await server.proxyTo(one.port, `127.0.0.1:${port}`)
  using third = await startClient(port)
  await third.echo('1')
  expect([await received(one.port), await received(other.port)]).toEqual(['4', '5'])
})

test('escape what a name may contain', async () => {
  await using server = await startProxyServer({ metrics: true })
  await server.must('POST', '/proxies', { name: 'a"b\\c\nd', upstream: '127.0.0.1:9' })
  expect((await server.ask('GET', '/metrics')).body).toContain('{proxy="a\\"b\\\\c\\nd"} 0\n')
})
