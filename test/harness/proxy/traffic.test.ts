import { createHash, randomBytes } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Outlet } from '../../../harness/proxy/outlet.ts'
import { adopt, readAsStream } from '../../../harness/proxy/sockets.ts'
import { Peer, sleep, startClient, startEchoServer, startProxyServer, startServer } from './support.ts'

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')
const sha256Of = (peer: Peer) => sha256(Buffer.concat(peer.chunks))

/** What a connection does next: send so many bytes, read nothing for a while, or wait for all echoes. */
type Step = { send: number } | { stallMs: number } | { settle: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ send: fc.oneof(fc.nat(200), fc.nat(300_000)) }) },
  { weight: 2, arbitrary: fc.record({ stallMs: fc.nat(15) }) },
  { weight: 1, arbitrary: fc.record({ settle: fc.constant(true) }) },
)
/** A toxic that comes and goes while they do, if any. */
const toxic = fc.constantFrom(
  undefined,
  { type: 'noop', attributes: {} },
  { type: 'latency', attributes: { latency: 3, jitter: 3 } },
  { type: 'bandwidth', attributes: { rate: 50_000 } },
  { type: 'slicer', attributes: { average_size: 5_000, size_variation: 100, delay: 10 } },
)

async function play(client: Peer, steps: readonly Step[]) {
  const sent: Buffer[] = []
  let bytes = 0
  for (const next of steps) {
    if ('send' in next) {
      const data = randomBytes(next.send)
      sent.push(data)
      bytes += data.length
      client.socket.write(data)
    } else if ('stallMs' in next) {
      client.socket.pause()
      await sleep(next.stallMs)
      client.socket.resume()
    } else await client.until('echoed', peer => peer.bytes === bytes)
  }
  client.socket.end()
  await client.until('ended', peer => peer.ended)
  return sha256(Buffer.concat(sent))
}

test('every byte arrives once, in order and on its own connection, whatever comes and goes meanwhile', async () => {
  await using server = await startProxyServer()
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  const property = fc.asyncProperty(
    fc.array(fc.array(step, { maxLength: 12 }), { minLength: 2, maxLength: 6 }),
    fc.array(toxic, { maxLength: 4 }),
    fc.constantFrom('upstream', 'downstream'),
    async (connections, toxics, stream) => {
      const clients = await Promise.all(connections.map(() => startClient(port)))
      const churn = async () => {
        for (const [index, each] of toxics.entries()) {
          await sleep(3)
          if (each === undefined) continue
          await server.must('POST', '/proxies/p/toxics', { ...each, stream, name: `t${index}` })
          await sleep(5)
          await server.must('DELETE', `/proxies/p/toxics/t${index}`)
        }
      }
      const [sums] = await Promise.all([
        Promise.all(clients.map((client, index) => play(client, connections[index] ?? []))),
        churn(),
      ])
      expect(clients.map(sha256Of)).toEqual(sums)
    },
  )
  await fc.assert(property, { numRuns: 40, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false })
}, 40_000)

test('what a slow reader has not taken is not overwritten by what others send', async () => {
  await using server = await startProxyServer()
  await using source = await startServer(({ socket }) => socket.write(Buffer.alloc(8 * 1024 * 1024, 'a')))
  const port = await server.proxyTo(source.port)
  using slow = await startClient(port)
  slow.socket.pause()
  await sleep(100)
  await using echo = await startEchoServer()
  const body = { name: 'other', listen: '127.0.0.1:0', upstream: `127.0.0.1:${echo.port}` }
  const made = (await server.must('POST', '/proxies', body)) as { listen: string }
  using other = await startClient(Number(made.listen.split(':').at(-1)))
  for (let round = 0; round < 20; round += 1) await other.echo('b'.repeat(70_000))
  slow.socket.resume()
  await slow.until('got it all', peer => peer.bytes === 8 * 1024 * 1024)
  expect(slow.text).toBe('a'.repeat(8 * 1024 * 1024))
}, 30_000)

test('does not keep a large buffer for each small message to somebody who does not read', async () => {
  await using deaf = await startServer(({ socket }) => socket.pause())
  using client = await startClient(deaf.port)
  const outlet = new Outlet(client.socket, () => {})
  const block = Buffer.alloc(65_536)
  while (client.socket.writableLength === 0) outlet.writeLent(block)
  const before = process.memoryUsage().arrayBuffers
  for (let count = 0; count < 500; count += 1) outlet.writeLent(block.subarray(0, 100))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 1024 * 1024)
})

test.each([
  ['moved to one that reads into the shared buffer', adopt],
  ['read from as a stream', readAsStream],
])('an accepted socket is %s: it stops when told to, and goes on', async (_, take) => {
  const texts: string[] = []
  let reads = true
  const taken = Promise.withResolvers<Socket>()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, accepted => {
    const reader = (lent: Buffer) => {
      texts.push(lent.toString())
      return reads
    }
    taken.resolve(take(accepted, reader))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const client = new Peer(connect({ port, host: '127.0.0.1', allowHalfOpen: true }))
  const socket = await taken.promise
  const ended = new Promise(resolve => socket.once('end', resolve))
  client.socket.write('one')
  await expect.poll(() => texts).toEqual(['one'])
  reads = false
  client.socket.write('two')
  await expect.poll(() => texts).toEqual(['one', 'two'])
  client.socket.end('three')
  await sleep(50)
  expect(texts).toEqual(['one', 'two'])
  reads = true
  socket.resume()
  await ended
  expect(texts).toEqual(['one', 'two', 'three'])
  socket.end('answer')
  await client.received('answer')
  server.close()
})
