import { expect, test } from 'vitest'
import { beginsRequest } from '../../../harness/proxy/counters.ts'
import { sleep, startClient, startEchoServer, startProxyServer } from './support.ts'

test('counts while connections are open', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  using first = await startClient(port)
  using second = await startClient(port)
  await first.echo('GET / HTTP/1.1\r\n\r\n')
  await first.echo('POST /x HTTP/1.1\r\n\r\n')
  await second.echo('hello')
  expect(await server.evidence()).toMatchObject({
    connections: 2,
    open: 2,
    upstreamBytes: 43,
    upstreamSentBytes: 43,
    downstreamBytes: 43,
    downstreamSentBytes: 43,
    upstreamRequests: 2,
    unparsed: 0,
    toxics: {},
  })
  first.socket.end()
  await expect.poll(async () => (await server.evidence()).open).toBe(1)
})

test('keeps what a toxic has done after it is removed, until reset', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  const toxic = { type: 'latency', name: 'lat', stream: 'upstream', attributes: { latency: 1 } }
  await server.must('POST', '/proxies/p/toxics', toxic)
  await client.echo('12345')
  await client.echo('678')
  const done = { type: 'latency', stream: 'upstream', connections: 1, bytes: 8, requests: 0 }
  expect((await server.evidence()).toxics).toMatchObject({ lat: { ...done, active: true } })
  await server.must('DELETE', '/proxies/p/toxics/lat')
  await client.echo('not counted')
  expect((await server.evidence()).toxics).toMatchObject({ lat: { ...done, active: false } })
  await server.must('POST', '/reset')
  const after = await server.evidence()
  expect(after.toxics).toEqual({})
  expect(after.upstreamBytes).toBe(19)
})

test('counts anew for a toxic that takes the name of a removed one', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  for (const text of ['12345', '678']) {
    await server.must('POST', '/proxies/p/toxics', {
      type: 'latency',
      name: 'lat',
      attributes: { latency: 1 },
    })
    await client.echo(text)
    await server.must('DELETE', '/proxies/p/toxics/lat')
  }
  expect((await server.evidence()).toxics.lat?.bytes).toBe(3)
})

test.each([
  ['GET / HTTP/1.1', true],
  ['OPTIONS * HTTP/1.1', true],
  ['GETTING', false],
  ['', false],
  ['\u0016\u0003\u0001', false],
])('tells whether %j begins a request', (text, expected) => {
  expect(beginsRequest(Buffer.from(text))).toBe(expected)
})

test('says since when a proxy is enabled or disabled, and a toxic on', async () => {
  await using server = await startProxyServer()
  const startedAt = Date.now()
  await server.proxyTo(9)
  const enabled = await server.evidence()
  expect(Date.parse(enabled.since)).toBeGreaterThanOrEqual(startedAt)
  await sleep(20)
  await server.must('PATCH', '/proxies/p', { enabled: false })
  await server.must('POST', '/proxies/p/toxics', { type: 'noop', name: 'n' })
  const disabled = await server.evidence()
  expect(disabled.enabled).toBe(false)
  expect(Date.parse(disabled.since)).toBeGreaterThan(Date.parse(enabled.since))
  expect(Date.parse(disabled.toxics.n?.since ?? '')).toBeGreaterThanOrEqual(Date.parse(disabled.since))
})
