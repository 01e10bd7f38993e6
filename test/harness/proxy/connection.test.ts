import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  sleep,
  startClient,
  startDeafServer,
  startEchoServer,
  startProxyServer,
  startServer,
} from './support.ts'

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

describe('closing', () => {
  test('passes half-close on: a client that has finished sending still gets its answer', async () => {
    await using server = await startProxyServer()
    await using late = await startServer(({ socket }) =>
      socket.on('data', () => {}).on('end', () => setTimeout(() => socket.end('answer'), 50)),
    )
    using client = await startClient(await server.proxyTo(late.port))
    client.socket.end('question')
    await client.until('ended', peer => peer.ended)
    expect(client.text).toBe('answer')
    expect(late.peers[0]?.text).toBe('question')
    await expect.poll(async () => (await server.evidence()).open).toBe(0)
  })

  test('passes half-close on the other way round', async () => {
    await using server = await startProxyServer()
    await using first = await startServer(({ socket }) => socket.end('done'))
    using client = await startClient(await server.proxyTo(first.port))
    await client.until('ended', peer => peer.ended)
    client.socket.end('still here')
    await first.peers[0]?.until('ended', peer => peer.ended)
    expect(first.peers[0]?.text).toBe('still here')
  })

  test('passes a reset on as a reset, both ways', async () => {
    await using server = await startProxyServer()
    await using silent = await startServer(() => {})
    const port = await server.proxyTo(silent.port)
    using leaver = await startClient(port)
    await expect.poll(() => silent.peers.length).toBe(1)
    leaver.socket.resetAndDestroy()
    await silent.peers[0]?.until('reset', peer => peer.error === 'ECONNRESET')
    using stayer = await startClient(port)
    await expect.poll(() => silent.peers.length).toBe(2)
    silent.peers[1]?.socket.resetAndDestroy()
    await stayer.until('reset', peer => peer.error === 'ECONNRESET')
  })

  test('ends a client whose upstream refuses, and serves the next once it does not', async () => {
    await using server = await startProxyServer()
    const gone = await startEchoServer()
    await gone[Symbol.asyncDispose]()
    const port = await server.proxyTo(gone.port)
    using refused = await startClient(port)
    await refused.until('ended', peer => peer.ended)
    expect(refused.error).toBeUndefined()
    await using echo = await startEchoServer()
    await server.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${echo.port}` })
    using served = await startClient(port)
    await served.echo('hello')
  })

  test.each(['garbage', '', '127.0.0.1:99999'])('ends a client whose upstream is "%s"', async upstream => {
    await using server = await startProxyServer()
    const port = await server.proxyTo(9)
    await server.must('PATCH', '/proxies/p', { upstream })
    using client = await startClient(port)
    await client.until('over', peer => peer.ended || peer.error !== undefined)
    expect((await server.ask('GET', '/version')).status).toBe(200)
  })
})

describe('disabling', () => {
  test('closes both ends, refuses new clients, and keeps toxics', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    const port = await server.proxyTo(echo.port)
    using client = await startClient(port)
    await client.echo('x')
    await server.must('POST', '/proxies/p/toxics', { type: 'noop' })
    await server.must('PATCH', '/proxies/p', { enabled: false })
    await client.until('ended', peer => peer.ended)
    await echo.peers[0]?.until('ended', peer => peer.ended)
    using refused = await startClient(port)
    expect(refused.error).toBe('ECONNREFUSED')
    const enabled = await server.must('PATCH', '/proxies/p', { enabled: true })
    expect(enabled).toMatchObject({ toxics: [{ name: 'noop_downstream' }] })
    using again = await startClient(port)
    await again.echo('y')
  })

  test('is not held up by an upstream that does not answer, nor are other clients', async () => {
    await using server = await startProxyServer()
    await using deaf = await startDeafServer()
    await using echo = await startEchoServer()
    const port = await server.proxyTo(deaf.port)
    using waiting = await startClient(port)
    using alsoWaiting = await startClient(port)
    await expect.poll(async () => (await server.evidence()).open).toBe(2)
    await server.must('PATCH', '/proxies/p', { enabled: false })
    await waiting.until('ended', peer => peer.ended)
    await alsoWaiting.until('ended', peer => peer.ended)
    await server.must('PATCH', '/proxies/p', { enabled: true, upstream: `127.0.0.1:${echo.port}` })
    using served = await startClient(port)
    await served.echo('hello')
  })

  test('drops connections when the upstream changes, and uses the new one', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    await using greeter = await startServer(({ socket }) => socket.write('hi'))
    const port = await server.proxyTo(echo.port)
    using client = await startClient(port)
    await client.echo('x')
    await server.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${greeter.port}` })
    await client.until('ended', peer => peer.ended)
    using next = await startClient(port)
    await next.received('hi')
  })

  test('keeps connections when a change of address fails', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    const port = await server.proxyTo(echo.port)
    using client = await startClient(port)
    await client.echo('x')
    // The same port on an address that this machine does not have: the old listener must come back.
    expect((await server.ask('PATCH', '/proxies/p', { listen: `192.0.2.1:${port}` })).status).toBe(500)
    await client.echo('y')
    using next = await startClient(port)
    await next.echo('z')
  })
})

describe('data', () => {
  test('stays intact, both ways at once, while toxics come and go', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    using client = await startClient(await server.proxyTo(echo.port))
    const sent = randomBytes(24 * 1024 * 1024)
    let round = 0
    const churn = async () => {
      for (; client.bytes < sent.length; round += 1) {
        const stream = round % 2 === 0 ? 'upstream' : 'downstream'
        for (const [name, latency] of [
          ['a', 5],
          ['b', 0],
          ['c', 20],
        ] as const) {
          await server.must('POST', '/proxies/p/toxics', {
            type: 'latency',
            name,
            stream,
            attributes: { latency, jitter: 4 },
          })
        }
        await sleep(10)
        await server.must('PATCH', '/proxies/p/toxics/a', { attributes: { latency: 1 }, toxicity: round % 3 })
        for (const name of ['b', 'a', 'c']) await server.must('DELETE', `/proxies/p/toxics/${name}`)
      }
    }
    const send = async () => {
      for (let at = 0; at < sent.length; at += 100_000) {
        if (!client.socket.write(sent.subarray(at, at + 100_000))) await sleep(1)
        // Toxics come and go at least three times before all is sent, however slow the API is.
        while (round < Math.floor(at / 6_000_000)) await sleep(5)
      }
      client.socket.end()
      await client.until('ended', peer => peer.ended && peer.bytes === sent.length)
    }
    await Promise.all([churn(), send()])
    expect(round).toBeGreaterThan(2)
    expect(sha256(Buffer.concat(client.chunks))).toBe(sha256(sent))
  }, 30_000)

  test('waits for a reader that stalls, in bounded memory, and the API does not', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    const port = await server.proxyTo(echo.port)
    await using source = await startServer(({ socket }) => socket.write(Buffer.alloc(64 * 1024 * 1024)))
    await server.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${source.port}` })
    using stalled = await startClient(port)
    stalled.socket.pause()
    await sleep(300)
    const stuckAt = (await server.evidence()).downstreamBytes
    await server.must('POST', '/proxies/p/toxics', {
      type: 'latency',
      name: 'lat',
      attributes: { latency: 10 },
    })
    await server.must('GET', '/proxies/p')
    await server.must('DELETE', '/proxies/p/toxics/lat')
    using second = await startClient(port)
    await second.until('served', peer => peer.bytes > 0)
    expect(stuckAt).toBeLessThan(32 * 1024 * 1024)
    stalled.socket.resume()
    await stalled.until('got it all', peer => peer.bytes === 64 * 1024 * 1024)
  }, 30_000)

  test('flows fast enough to not be the bottleneck, also through a latency toxic', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    using client = await startClient(await server.proxyTo(echo.port))
    await server.must('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 50 } })
    const total = 64 * 1024 * 1024
    const startedAt = performance.now()
    for (let sent = 0; sent < total; sent += 1024 * 1024) client.socket.write(Buffer.alloc(1024 * 1024))
    await client.until('got it all', peer => peer.bytes === total, 40_000)
    // One delay per 64 KiB would take 51 s.
    expect(performance.now() - startedAt).toBeLessThan(40_000)
  }, 60_000)
})
