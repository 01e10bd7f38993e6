/** Every method of toxiproxy-node-client, answered as it expects. */
import { type ICreateToxicBody, type Latency, Toxiproxy, ToxiproxyError } from 'toxiproxy-node-client'
import { describe, expect, test } from 'vitest'
import { startClient, startEchoServer, startProxyServer } from './support.ts'

const upstream = '127.0.0.1:9'

function slow(latency: number): ICreateToxicBody<Latency> {
  return {
    name: 'slow',
    stream: 'downstream',
    type: 'latency',
    toxicity: 1,
    attributes: { latency, jitter: 0 },
  }
}

describe('Toxiproxy', () => {
  test('getVersion', async () => {
    await using server = await startProxyServer()
    expect(JSON.parse(await new Toxiproxy(server.apiUrl).getVersion())).toEqual({ version: '2.12.0' })
  })

  test('createProxy and get', async () => {
    await using server = await startProxyServer()
    const toxiproxy = new Toxiproxy(server.apiUrl)
    const created = await toxiproxy.createProxy({ name: 'a', listen: 'localhost:0', upstream })
    expect(created.toJson()).toEqual({
      name: 'a',
      listen: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      upstream,
      enabled: true,
    })
    expect((await toxiproxy.get('a')).toJson()).toEqual(created.toJson())
    expect(created.getToxiproxy()).toBe(toxiproxy)
    expect([created.getHost(), created.getPath()]).toEqual([server.apiUrl, `${server.apiUrl}/proxies/a`])
  })

  test('populate and getAll', async () => {
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
    const all = await toxiproxy.getAll()
    expect(Object.keys(all)).toEqual(['a', 'b'])
    expect(all.a?.toJson()).toEqual(populated.a?.toJson())
  })

  test('reset', async () => {
    await using server = await startProxyServer()
    const toxiproxy = new Toxiproxy(server.apiUrl)
    const proxy = await toxiproxy.createProxy({ name: 'a', listen: 'localhost:0', upstream, enabled: false })
    await proxy.addToxic(slow(1))
    await toxiproxy.reset()
    expect((await toxiproxy.get('a')).enabled).toBe(true)
    await expect(proxy.getToxic('slow')).rejects.toThrow('status code 404')
  })

  test('getApi: any request', async () => {
    await using server = await startProxyServer()
    const api = new Toxiproxy(server.apiUrl).getApi()
    const body = { name: 'a', listen: 'localhost:0', upstream }
    expect((await api.post(`${server.apiUrl}/proxies`, body)).data).toMatchObject({ name: 'a' })
    expect((await api.get(`${server.apiUrl}/proxies`)).data).toMatchObject({ a: { toxics: [] } })
    await api.delete(`${server.apiUrl}/proxies/a`)
    expect(await api.getText(`${server.apiUrl}/proxies`)).toBe('{}')
  })
})

describe('Proxy', () => {
  test('update', async () => {
    await using server = await startProxyServer()
    const toxiproxy = new Toxiproxy(server.apiUrl)
    const proxy = await toxiproxy.createProxy({ name: 'a', listen: 'localhost:0', upstream })
    const change = { enabled: false, listen: proxy.listen, upstream: '127.0.0.1:8' }
    const changed = await proxy.update(change)
    expect(changed.toJson()).toEqual({ name: 'a', ...change })
    expect((await toxiproxy.get('a')).toJson()).toEqual(changed.toJson())
  })

  test('remove', async () => {
    await using server = await startProxyServer()
    const toxiproxy = new Toxiproxy(server.apiUrl)
    const proxy = await toxiproxy.createProxy({ name: 'a', listen: 'localhost:0', upstream })
    await proxy.remove()
    expect(await toxiproxy.getAll()).toEqual({})
  })

  test('addToxic and getToxic', async () => {
    await using server = await startProxyServer()
    const toxiproxy = new Toxiproxy(server.apiUrl)
    const proxy = await toxiproxy.createProxy({ name: 'a', listen: 'localhost:0', upstream })
    const toxic = await proxy.addToxic(slow(60))
    expect(toxic.toJson()).toEqual(slow(60))
    expect(toxic.getPath()).toBe(`${server.apiUrl}/proxies/a/toxics/slow`)
    expect((await proxy.getToxic('slow')).toJson()).toEqual(slow(60))
  })
})

test('Toxic: what it adds, updates and removes is seen by traffic', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const proxy = await new Toxiproxy(server.apiUrl).createProxy({
    name: 'a',
    listen: '127.0.0.1:0',
    upstream: `127.0.0.1:${echo.port}`,
  })
  using client = await startClient(Number(proxy.listen.split(':')[1]))
  const toxic = await proxy.addToxic(slow(60))
  expect(await client.echo('x')).toBeGreaterThanOrEqual(60)
  const updated = await toxic.update(slow(90))
  expect(updated.toJson()).toEqual(slow(90))
  expect(await client.echo('y')).toBeGreaterThanOrEqual(90)
  await toxic.update(slow(60_000))
  client.socket.write('held')
  await echo.peers[0]?.received('held')
  await toxic.remove()
  await client.received('held')
  await expect(proxy.getToxic('slow')).rejects.toThrow('status code 404')
})

test('takes the types of toxics that it knows', async () => {
  await using server = await startProxyServer()
  const toxiproxy = new Toxiproxy(server.apiUrl)
  const proxy = await toxiproxy.createProxy({ name: 'a', listen: 'localhost:0', upstream })
  for (const [type, attributes] of [
    ['latency', { latency: 1, jitter: 1 }],
    ['bandwidth', { rate: 1 }],
    ['slow_close', { delay: 1 }],
    ['timeout', { timeout: 1 }],
    ['slicer', { average_size: 2, size_variation: 1, delay: 1 }],
  ] as const) {
    const body = { name: type, stream: 'upstream', type, toxicity: 0.5, attributes } as const
    expect((await proxy.addToxic<object>(body)).toJson()).toEqual(body)
  }
  // It names this one, too, which Toxiproxy itself refuses.
  await expect(proxy.addToxic({ ...slow(1), type: 'down' })).rejects.toThrow('status code 400')
})

test('errors are its own', async () => {
  await using server = await startProxyServer()
  const toxiproxy = new Toxiproxy(server.apiUrl)
  await expect(toxiproxy.get('none')).rejects.toThrow(ToxiproxyError)
  await expect(toxiproxy.get('none')).rejects.toThrow('Request failed with status code 404')
  const body = { name: 'a', listen: 'localhost:0', upstream }
  const proxy = await toxiproxy.createProxy(body)
  await expect(toxiproxy.createProxy(body)).rejects.toThrow('status code 409')
  await expect(toxiproxy.populate([{ ...body, name: '' }])).rejects.toThrow('status code 400')
  await proxy.remove()
  await expect(proxy.remove()).rejects.toThrow('status code 404')
  await expect(proxy.update({ ...body, enabled: true })).rejects.toThrow('status code 404')
  await expect(proxy.addToxic(slow(1))).rejects.toThrow('status code 404')
})
