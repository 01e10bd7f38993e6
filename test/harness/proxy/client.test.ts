/** What toxiproxy-node-client asks, answered as it expects. */

import { type ICreateToxicBody, type Latency, Toxiproxy } from 'toxiproxy-node-client'
import { expect, test } from 'vitest'
import { startClient, startEchoServer, startProxyServer } from './support.ts'

const upstream = '127.0.0.1:9'

test('creates, gets, changes and removes proxies', async () => {
  await using server = await startProxyServer()
  const toxiproxy = new Toxiproxy(server.apiUrl)
  expect(JSON.parse(await toxiproxy.getVersion())).toEqual({ version: '2.12.0' })
  const created = await toxiproxy.createProxy({ name: 'a', listen: 'localhost:0', upstream })
  expect(created.listen).toMatch(/^127\.0\.0\.1:\d+$/)
  const changed = await created.update({ enabled: false, listen: created.listen, upstream: '127.0.0.1:8' })
  expect((await toxiproxy.get('a')).toJson()).toEqual(changed.toJson())
  expect(changed).toMatchObject({ enabled: false, upstream: '127.0.0.1:8' })
  await toxiproxy.reset()
  expect((await toxiproxy.get('a')).enabled).toBe(true)
  await created.remove()
  await expect(toxiproxy.get('a')).rejects.toThrow('status code 404')
})

test('populates', async () => {
  await using server = await startProxyServer()
  const toxiproxy = new Toxiproxy(server.apiUrl)
  const populated = await toxiproxy.populate([
    { name: 'a', listen: '127.0.0.1:0', upstream },
    { name: 'b', listen: '127.0.0.1:0', upstream, enabled: false },
  ])
  expect(Object.values(populated).map(({ name, enabled }) => [name, enabled])).toEqual([
    ['a', true],
    ['b', false],
  ])
  expect(Object.keys(await toxiproxy.getAll())).toEqual(['a', 'b'])
})

test('adds, gets, changes and removes toxics that act on traffic', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const toxiproxy = new Toxiproxy(server.apiUrl)
  const proxy = await toxiproxy.createProxy({
    name: 'a',
    listen: '127.0.0.1:0',
    upstream: `127.0.0.1:${echo.port}`,
  })
  using client = await startClient(Number(proxy.listen.split(':')[1]))
  const body: ICreateToxicBody<Latency> = {
    name: 'slow',
    stream: 'downstream',
    type: 'latency',
    toxicity: 1,
    attributes: { latency: 60, jitter: 0 },
  }
  const toxic = await proxy.addToxic(body)
  expect(await client.echo('x')).toBeGreaterThanOrEqual(60)
  await toxic.update({ ...body, attributes: { latency: 90, jitter: 0 } })
  expect(await client.echo('y')).toBeGreaterThanOrEqual(90)
  expect((await proxy.getToxic<Latency>('slow')).attributes.latency).toBe(90)
  await toxic.remove()
  await expect(proxy.getToxic('slow')).rejects.toThrow('status code 404')
  await expect(proxy.addToxic({ ...body, type: 'down' })).rejects.toThrow('status code 400')
})
