/** How established connections end: cut, reset or drained. */
import { describe, expect, test } from 'vitest'
import { startClient, startEchoServer, startProxyServer } from './support.ts'

const connections = '/firebreak/proxies/p/connections'

async function connected() {
  const server = await startProxyServer()
  const echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  const client = await startClient(port)
  await client.echo('before ')
  return {
    server,
    port,
    client,
    peer: echo.peers[0],
    [Symbol.asyncDispose]: async () => {
      client.socket.destroy()
      await server[Symbol.asyncDispose]()
      await echo[Symbol.asyncDispose]()
    },
  }
}

describe('established connections', () => {
  test('are cut: both ends see the end, new ones are served', async () => {
    await using setup = await connected()
    expect(await setup.server.must('POST', connections, { action: 'cut' })).toEqual({ connections: 1 })
    await setup.client.until('ended', ({ ended }) => ended)
    await setup.peer?.until('ended', ({ ended }) => ended)
    expect([setup.client.error, setup.peer?.error]).toEqual([undefined, undefined])
    using next = await startClient(setup.port)
    await next.echo('fine')
  })

  test('are reset: both ends see a reset, new ones are served', async () => {
    await using setup = await connected()
    expect(await setup.server.must('POST', connections, { action: 'reset' })).toEqual({ connections: 1 })
    await setup.client.until('reset', ({ error }) => error === 'ECONNRESET')
    await setup.peer?.until('reset', ({ error }) => error === 'ECONNRESET')
    using next = await startClient(setup.port)
    await next.echo('fine')
  })

  test('are drained: they go on, new ones are refused', async () => {
    await using setup = await connected()
    expect(await setup.server.must('POST', connections, { action: 'drain' })).toEqual({ connections: 1 })
    await setup.client.echo('still here')
    expect((await startClient(setup.port)).error).toBe('ECONNREFUSED')
    expect(await setup.server.evidence()).toMatchObject({ enabled: false, open: 1 })
    setup.client.socket.end()
    await expect.poll(async () => (await setup.server.evidence()).open).toBe(0)
  })

  test.each([
    ['nothing', '{}', 'missing required field: action'],
    ['another word', { action: 'stop' }, 'action: must be "cut" or "reset" or "drain", got "stop"'],
    ['a number', { action: 5 }, 'action: must be "cut" or "reset" or "drain", got 5'],
    ['no JSON', '', 'bad request body: EOF'],
  ])('stay when %s is asked for', async (_, body, text) => {
    await using setup = await connected()
    const reply = await setup.server.ask('POST', connections, body)
    expect(reply.status).toBe(400)
    expect(JSON.parse(reply.body).error).toContain(text)
    await setup.client.echo('still here')
  })

  test('of an unknown proxy are a 404', async () => {
    await using setup = await connected()
    const reply = await setup.server.ask('POST', '/firebreak/proxies/none/connections', 'bad')
    expect(reply.body).toBe('{"error":"proxy not found","status":404}\n')
  })
})

describe('disabling', () => {
  test('cuts by default', async () => {
    await using setup = await connected()
    await setup.server.must('PATCH', '/proxies/p', { enabled: false })
    await setup.client.until('ended', ({ ended }) => ended)
    expect(setup.client.error).toBeUndefined()
  })

  test('resets when asked to', async () => {
    await using setup = await connected()
    await setup.server.must('PATCH', '/proxies/p', { enabled: false, established: 'reset' })
    await setup.client.until('reset', ({ error }) => error === 'ECONNRESET')
    expect((await startClient(setup.port)).error).toBe('ECONNREFUSED')
  })

  test('drains when asked to; enabling again keeps what is left, toxics still act on it', async () => {
    await using setup = await connected()
    await setup.server.must('PATCH', '/proxies/p', { enabled: false, established: 'drain' })
    expect((await startClient(setup.port)).error).toBe('ECONNREFUSED')
    await setup.server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 60 } })
    expect(await setup.client.echo('slow')).toBeGreaterThanOrEqual(60)
    await setup.server.must('PATCH', '/proxies/p', { enabled: true })
    await setup.client.echo('enabled')
    using next = await startClient(setup.port)
    await next.echo('next')
  })

  test('cuts what was drained when told a second time', async () => {
    await using setup = await connected()
    await setup.server.must('PATCH', '/proxies/p', { enabled: false, established: 'drain' })
    await setup.server.must('PATCH', '/proxies/p', { enabled: false, established: 'cut' })
    await setup.client.until('ended', ({ ended }) => ended)
  })

  test('refuses another word, and changes nothing', async () => {
    await using setup = await connected()
    const reply = await setup.server.ask('PATCH', '/proxies/p', { enabled: false, established: 'kill' })
    expect(reply.status).toBe(400)
    expect(JSON.parse(reply.body).error).toBe(
      'bad request body: established: must be "cut" or "reset" or "drain", got "kill"',
    )
    await setup.client.echo('still here')
  })
})

test('another upstream leaves established connections to the old one when they are drained', async () => {
  await using setup = await connected()
  await using other = await startEchoServer()
  const change = { upstream: `127.0.0.1:${other.port}`, established: 'drain' }
  await setup.server.must('PATCH', '/proxies/p', change)
  await setup.client.echo('old')
  using next = await startClient(setup.port)
  await next.echo('new')
  expect(setup.peer?.text).toBe('before old')
  expect(other.peers[0]?.text).toBe('new')
})
