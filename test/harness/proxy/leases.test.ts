import { describe, expect, test } from 'vitest'
import { sleep, startClient, startEchoServer, startProxyServer, startServer } from './support.ts'

const leased = (ms: number, holder = 'run-1') => ({ lease: { holder, ms } })
const slow = { type: 'latency', name: 'lat', attributes: { latency: 60_000 } }

describe('a lease on a toxic', () => {
  test('ends it by itself, never early, and lets go what it held', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    using client = await startClient(await server.proxyTo(echo.port))
    const startedAt = performance.now()
    await server.must('POST', '/proxies/p/toxics', { ...slow, ...leased(1_000) })
    const before = (await server.evidence()).toxics.lat
    expect(before).toMatchObject({ active: true, expired: false, lease: { holder: 'run-1' } })
    expect(before?.lease?.leftMs).toBeGreaterThan(0)
    expect(before?.lease?.leftMs).toBeLessThanOrEqual(1_000)
    await client.echo('held')
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000)
    expect((await server.ask('GET', '/proxies/p/toxics')).body).toBe('[]')
    const after = (await server.evidence()).toxics.lat
    expect(after).toMatchObject({ active: false, expired: true })
    expect(after?.lease).toBeUndefined()
  })

  test('lasts as long as its holder renews it', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    await server.must('POST', '/proxies/p/toxics', { ...slow, ...leased(2_000) })
    for (let index = 0; index < 25; index += 1) {
      await sleep(100)
      expect((await server.ask('POST', '/firebreak/leases/run-1')).status).toBe(204)
    }
    expect((await server.evidence()).toxics.lat).toMatchObject({ active: true, expired: false })
    await expect
      .poll(async () => (await server.evidence()).toxics.lat?.expired, { timeout: 5_000 })
      .toBe(true)
  })

  test('survives changes of the toxic, and is replaced by a new one', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    await server.must('POST', '/proxies/p/toxics', { ...slow, ...leased(60_000) })
    await server.must('PATCH', '/proxies/p/toxics/lat', { toxicity: 0.5, attributes: { jitter: 1 } })
    expect((await server.evidence()).toxics.lat?.lease?.holder).toBe('run-1')
    await server.must('PATCH', '/proxies/p/toxics/lat', leased(200, 'run-2'))
    expect((await server.ask('POST', '/firebreak/leases/run-1')).status).toBe(404)
    await expect
      .poll(async () => (await server.evidence()).toxics.lat?.expired, { timeout: 5_000 })
      .toBe(true)
  })

  test('can be put on a toxic that has none', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    await server.must('POST', '/proxies/p/toxics', slow)
    await server.must('PATCH', '/proxies/p/toxics/lat', leased(100))
    await expect
      .poll(async () => (await server.evidence()).toxics.lat?.expired, { timeout: 5_000 })
      .toBe(true)
  })

  test.each([
    ['removed', 'DELETE', '/proxies/p/toxics/lat'],
    ['reset', 'POST', '/reset'],
    ['deleted with its proxy', 'DELETE', '/proxies/p'],
  ])('is over when the toxic is %s', async (_, method, path) => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    await server.must('POST', '/proxies/p/toxics', { ...slow, ...leased(60_000) })
    await server.must(method, path)
    expect((await server.ask('POST', '/firebreak/leases/run-1')).status).toBe(404)
  })

  test('of an earlier toxic does not end a later one of the same name', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    await server.must('POST', '/proxies/p/toxics', { ...slow, ...leased(150) })
    await server.must('DELETE', '/proxies/p/toxics/lat')
    await server.must('POST', '/proxies/p/toxics', slow)
    await sleep(300)
    expect((await server.evidence()).toxics.lat).toMatchObject({ active: true, expired: false })
  })
})

describe('a lease on a disabled proxy', () => {
  test('enables it again by itself, never early', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    const port = await server.proxyTo(echo.port)
    const startedAt = performance.now()
    await server.must('PATCH', '/proxies/p', { enabled: false, ...leased(1_000) })
    expect(await server.evidence()).toMatchObject({
      enabled: false,
      expired: false,
      lease: { holder: 'run-1' },
    })
    await expect.poll(async () => (await server.evidence()).enabled, { timeout: 5_000 }).toBe(true)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000)
    const after = await server.evidence()
    expect(after.expired).toBe(true)
    expect(after.lease).toBeUndefined()
    using client = await startClient(port)
    await client.echo('again')
  })

  test('is over when the proxy is enabled, and kept when it is disabled once more', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    await server.must('PATCH', '/proxies/p', { enabled: false, ...leased(60_000) })
    await server.must('PATCH', '/proxies/p', { enabled: false })
    expect((await server.ask('POST', '/firebreak/leases/run-1')).status).toBe(204)
    await server.must('PATCH', '/proxies/p', { enabled: true })
    expect((await server.ask('POST', '/firebreak/leases/run-1')).status).toBe(404)
    expect((await server.evidence()).expired).toBe(false)
  })

  test('is tried again when the port is taken', async () => {
    const faults: unknown[] = []
    await using server = await startProxyServer({ onFault: fault => faults.push(fault) })
    const port = await server.proxyTo(9)
    await server.must('PATCH', '/proxies/p', { enabled: false, ...leased(1_000) })
    {
      await using _taken = await startServer(() => {}, port)
      await expect.poll(() => faults.length, { timeout: 5_000 }).toBe(1)
      expect(String(faults[0])).toContain('address already in use')
      expect((await server.ask('POST', '/firebreak/leases/run-1')).status).toBe(404)
      await sleep(1_300)
    }
    await expect.poll(async () => (await server.evidence()).enabled, { timeout: 5_000 }).toBe(true)
    expect(await server.evidence()).toMatchObject({ expired: true })
    expect(faults).toHaveLength(1)
  })

  test('needs a request that disables', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    const reply = await server.ask('PATCH', '/proxies/p', leased(1_000))
    expect(reply.status).toBe(400)
    expect(reply.body).toContain('\\"enabled\\": false must come with it')
  })
})

describe('a holder', () => {
  test('ends all its leases at once, and only its own', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    await server.must('POST', '/proxies', { name: 'q', upstream: '127.0.0.1:9' })
    await server.must('POST', '/proxies/p/toxics', { ...slow, ...leased(60_000, 'a/b c') })
    await server.must('POST', '/proxies/p/toxics', { type: 'noop', ...leased(60_000, 'other') })
    await server.must('PATCH', '/proxies/q', { enabled: false, ...leased(60_000, 'a/b c') })
    const path = `/firebreak/leases/${encodeURIComponent('a/b c')}`
    expect((await server.ask('DELETE', path)).status).toBe(204)
    expect(await server.must('GET', '/proxies/p')).toMatchObject({ toxics: [{ type: 'noop' }] })
    expect(await server.must('GET', '/proxies/q')).toMatchObject({ enabled: true })
    expect((await server.evidence()).toxics.lat).toMatchObject({ active: false, expired: false })
    expect(await server.must('GET', '/firebreak/evidence')).toMatchObject({
      proxies: { q: { expired: false } },
    })
    for (const method of ['POST', 'DELETE']) {
      const reply = await server.ask(method, path)
      expect([reply.status, reply.body]).toEqual([
        404,
        '{"error":"lease not found: nothing is leased by \\"a/b c\\"","status":404}\n',
      ])
    }
    expect((await server.ask('POST', '/firebreak/leases/other')).status).toBe(204)
  })

  test.each([
    ['no holder', { ms: 500 }, 'lease.holder: must be a text of 1 to 100 characters, got nothing'],
    [
      'an empty holder',
      { holder: '', ms: 500 },
      'lease.holder: must be a text of 1 to 100 characters, got ""',
    ],
    [
      'a number as holder',
      { holder: 5, ms: 500 },
      'lease.holder: must be a text of 1 to 100 characters, got 5',
    ],
    [
      'no time',
      { holder: 'x' },
      'lease.ms: must be a whole number of milliseconds from 100 to 3600000, got nothing',
    ],
    [
      '99 ms',
      { holder: 'x', ms: 99 },
      'lease.ms: must be a whole number of milliseconds from 100 to 3600000, got 99',
    ],
    [
      'over an hour',
      { holder: 'x', ms: 3_600_001 },
      'lease.ms: must be a whole number of milliseconds from 100 to 3600000, got 3600001',
    ],
    [
      'half a ms',
      { holder: 'x', ms: 100.5 },
      'lease.ms: must be a whole number of milliseconds from 100 to 3600000, got 100.5',
    ],
    [
      'time as text',
      { holder: 'x', ms: '500' },
      'lease.ms: must be a whole number of milliseconds from 100 to 3600000, got "500"',
    ],
    ['a word', 'x', 'lease: Invalid input: expected object, received string, got "x"'],
    ['what nobody knows', { holder: 'x', ms: 500, foo: 1 }, 'lease: Unrecognized key: "foo"'],
  ])('is refused with %s, and nothing happens', async (_, lease, text) => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    await server.must('POST', '/proxies/p/toxics', { type: 'noop', name: 'n' })
    const before = await server.ask('GET', '/proxies/p')
    for (const [method, path, body] of [
      ['POST', '/proxies/p/toxics', slow],
      ['PATCH', '/proxies/p/toxics/n', { toxicity: 0 }],
      ['PATCH', '/proxies/p', { enabled: false }],
    ] as const) {
      const reply = await server.ask(method, path, { ...body, lease })
      expect(reply.status).toBe(400)
      expect(JSON.parse(reply.body).error).toContain(`bad request body: ${text}`)
    }
    expect((await server.ask('GET', '/proxies/p')).body).toBe(before.body)
  })

  test('may have a name of 100 characters, not of 101', async () => {
    await using server = await startProxyServer()
    await server.proxyTo(9)
    const ask = (length: number) =>
      server.ask('POST', '/proxies/p/toxics', { ...slow, ...leased(100, 'x'.repeat(length)) })
    expect((await ask(101)).status).toBe(400)
    expect((await ask(100)).status).toBe(200)
  })
})
