import { expect, test } from 'vitest'
import { sleep, startClient, startServer } from '../support.ts'
import { mirror, startHttp } from './support.ts'

const answer = { status: 503, body: 'no' }

test('takes effect on an established connection from its next request on, and goes with its removal', async () => {
  await using world = await startHttp()
  const ask = world.client()
  expect((await ask('/a')).status).toBe(200)
  await world.addToxic({ answer })
  expect((await ask('/b')).status).toBe(503)
  await world.removeToxic()
  expect((await ask('/c')).status).toBe(200)
  expect(world.heard).toEqual(['GET /a', 'GET /c'])
  const evidence = await world.proxy.evidence()
  expect(evidence).toMatchObject({ connections: 1, unparsed: 0 })
  expect(evidence.toxics.h).toMatchObject({ connections: 1, requests: 1, active: false })
})

test('leaves the request alone that is under way when it comes, both ways', async () => {
  let finish = () => {}
  await using world = await startHttp((_, response) => {
    response.write('{"half":')
    finish = () => response.end('1}')
  })
  const ask = world.client()
  const first = ask('/a')
  await expect.poll(() => world.heard.length).toBe(1)
  await world.addToxic({ alter: { body: 'empty' } })
  finish()
  expect((await first).body).toBe('{"half":1}')
  const second = ask('/b')
  await expect.poll(() => world.heard.length).toBe(2)
  finish()
  expect((await second).body).toBe('')
})

test('lets go at once, when it is removed, what it delays', async () => {
  await using world = await startHttp()
  await world.addToxic({ delay: 60_000 })
  const asks = [world.client()('/a'), world.client()('/b')]
  await expect.poll(async () => (await world.toxic()).requests).toBe(2)
  expect(world.heard).toEqual([])
  await world.removeToxic()
  expect((await Promise.all(asks)).map(({ status }) => status)).toEqual([200, 200])
})

test('that is removed and added between requests never loses one', async () => {
  await using world = await startHttp()
  const clients = Array.from({ length: 4 }, () => world.client())
  let going = true
  const toggling = (async () => {
    for (let round = 0; going; round += 1) {
      await world.addToxic({ match: { path: '/**' }, alter: { setHeaders: { 'X-Round': String(round) } } })
      await sleep(round % 3)
      await world.removeToxic()
      await sleep(round % 2)
    }
  })()
  const seen = await Promise.all(
    clients.flatMap(ask =>
      Array.from({ length: 150 }, (_, index) => ask(`/${index}`, { body: 'x', method: 'POST' })),
    ),
  )
  going = false
  await toggling
  expect(seen.filter(({ status, error }) => status !== 200 || error !== undefined)).toEqual([])
  expect(new Set(seen.map(({ body }) => JSON.parse(body).body))).toEqual(new Set(['x']))
  const evidence = await world.proxy.evidence()
  expect(evidence).toMatchObject({ unparsed: 0, connections: 4 })
  expect(seen.some(({ headers }) => headers['x-round'] !== undefined)).toBe(true)
})

test.each([0, 60])(
  'answers pipelined requests one after the other, in order, one %d ms late',
  async delay => {
    await using world = await startHttp()
    await world.addToxic({ match: { path: '/b' }, delay, answer: { status: 418, body: 'tea' } })
    using client = await startClient(world.port)
    client.socket.write(['a', 'b', 'c'].map(name => `GET /${name} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''))
    await client.until('answered', ({ text }) => text.includes('"/c"'))
    const found = client.text.matchAll(/"url":"(\/\w)"|HTTP\/1\.1 (418)/g)
    expect([...found].map(([, url, status]) => url ?? status)).toEqual(['/a', '418', '/c'])
    expect(world.heard).toEqual(['GET /a', 'GET /c'])
  },
)

test('gives up at its removal what it holds of pipelined requests, though none is answered yet', async () => {
  await using world = await startHttp()
  await using silent = await startServer(() => {})
  await world.proxy.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${silent.port}` })
  await world.addToxic({ match: { path: '/never' }, answer })
  using client = await startClient(world.port)
  const requests = ['a', 'b'].map(name => `GET /${name} HTTP/1.1\r\nHost: x\r\n\r\n`)
  client.socket.write(requests.join(''))
  await expect.poll(() => silent.peers[0]?.text).toBe(requests[0])
  await world.removeToxic()
  await silent.peers[0]?.received(requests.join(''))
})

test('passes an upgraded connection through, whatever is said on it', async () => {
  await using world = await startHttp()
  world.upstream.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')
    socket.pipe(socket)
  })
  await world.addToxic({ match: { path: '/b' }, answer })
  using client = await startClient(world.port)
  client.socket.write('GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')
  await client.received('upgrade\r\n\r\n')
  await client.echo('GET /b HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.echo('\u0000\n\n')
  expect((await world.proxy.evidence()).unparsed).toBe(0)
})

const head = 'HTTP/1.1 200 OK\r\n'

test.each([
  ['another protocol', 'hello'],
  ['a line of another protocol', 'EHLO there\r\n'],
  ['a binary one', '\u0016\u0003\u0001\u0000\u0005'],
  ['a request of bare line feeds', 'GET / HTTP/1.1\nHost: x\n\n'],
  ['a folded field', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n'],
  ['a space before a colon', 'GET / HTTP/1.1\r\nContent-Length : 3\r\n\r\nabc'],
  ['two framings', 'POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
  ['a signed length', 'POST / HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc'],
  ['chunked that is not last', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
  [
    'a bad chunk size',
    'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n-1\r\nx\r\n0\r\n\r\n',
  ],
  ['a chunk without its end', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n'],
  [
    'a chunk that ends in half a line end',
    'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r0\r\n\r\n',
  ],
  ['a head over 64 KiB', `GET / HTTP/1.1\r\nA: ${'x'.repeat(65_536)}\r\n\r\n`],
  [
    'a chunk size of too many digits',
    'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n00000000000001\r\nx',
  ],
])('passes %s through untouched, and counts it', async (_, text) => {
  await using world = await startHttp()
  await using silent = await startServer(() => {})
  await world.proxy.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${silent.port}` })
  await world.addToxic({ match: { path: '/never' }, answer })
  const sizes = text.length > 1_000 ? [text.length, 20_000] : [text.length, 7]
  for (const [index, size] of sizes.entries()) {
    using client = await startClient(world.port)
    for (let at = 0; at < text.length; at += size) {
      client.socket.write(text.slice(at, at + size), 'latin1')
      await sleep(1)
    }
    await expect.poll(() => silent.peers[index]?.bytes).toBe(text.length)
    expect(Buffer.concat(silent.peers[index]?.chunks ?? []).toString('latin1')).toBe(text)
    expect((await world.proxy.evidence()).unparsed).toBe(index + 1)
    const after = 'GET /never HTTP/1.1\r\n\r\n'
    client.socket.write(after)
    await silent.peers[index]?.received(after)
  }
})

test.each([
  ['another protocol', '220 hello\r\n'],
  ['two framings', `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc`],
  ['two lengths', `${head}Content-Length: 3, 3\r\n\r\nabc`],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a bad chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0x1\r\nb\r\n`],
  ['a bad trailer', `${head}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\nC: d\r\n\r\n`],
  ['more than an answer', `${head}Content-Length: 3\r\n\r\nabcd`],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n'],
])('passes %s of upstream through untouched, and counts it', async (_, text) => {
  await using world = await startHttp()
  await using odd = await startServer(({ socket }) => socket.once('data', () => socket.write(text, 'latin1')))
  await world.proxy.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${odd.port}` })
  await world.addToxic({ match: { path: '/never' }, answer })
  using client = await startClient(world.port)
  client.socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.received(text)
  expect(client.text).toBe(text)
  expect((await world.proxy.evidence()).unparsed).toBe(1)
})

test('ends the connection where an answer that it was to change turns out to be none', async () => {
  await using world = await startHttp()
  const text = `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n`
  await using odd = await startServer(({ socket }) => socket.once('data', () => socket.write(text)))
  await world.proxy.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${odd.port}` })
  await world.addToxic({ alter: { body: 'malformed-json' } })
  using client = await startClient(world.port)
  client.socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.until('ended', ({ ended }) => ended)
  expect(client.text).toBe(`${head}Content-Length: 1\r\n\r\na`)
  expect((await world.proxy.evidence()).unparsed).toBe(1)
})

test('passes what upstream says unasked through, and its end', async () => {
  await using world = await startHttp()
  const late = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'
  await using impatient = await startServer(({ socket }) => socket.end(late))
  await world.proxy.must('PATCH', '/proxies/p', { upstream: `127.0.0.1:${impatient.port}` })
  await world.addToxic({ answer })
  using client = await startClient(world.port)
  client.socket.write('GET /a HTT')
  await client.until('ended', ({ ended }) => ended)
  expect(client.text).toBe(late)
  client.socket.end('P/1.1\r\n\r\n')
  await impatient.peers[0]?.until('ended', ({ ended }) => ended)
  expect(impatient.peers[0]?.text).toBe('GET /a HTTP/1.1\r\n\r\n')
})

test('lets a client finish sending and still get its answer', async () => {
  await using world = await startHttp()
  await world.addToxic({ match: { path: '/a' }, delay: 50 })
  using client = await startClient(world.port)
  client.socket.end('GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await client.until('ended', ({ ended }) => ended)
  expect(client.text).toContain('"/a"')
})

test('forwards an answer that comes before all of the request has gone', async () => {
  await using world = await startHttp((asked, response) => {
    asked.resume()
    response.end('early')
  })
  await world.addToxic({ alter: { setHeaders: { 'X-Seen': '1' } } })
  using client = await startClient(world.port)
  client.socket.write('POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc')
  await client.until('answered', ({ text }) => text.includes('early'))
  client.socket.write('defGET /b HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.until('answered again', ({ text }) => text.split('X-Seen: 1').length === 3)
  expect(world.heard).toEqual(['POST /a', 'GET /b'])
})

test('waits with a client for the word to go on with a body', async () => {
  await using world = await startHttp()
  await world.addToxic({ alter: { setHeaders: { 'X-Seen': '1' } } })
  using client = await startClient(world.port)
  client.socket.write('POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n')
  await client.until('told to go on', ({ text }) => text === 'HTTP/1.1 100 Continue\r\n\r\n')
  client.socket.write('abc')
  await client.until('answered', ({ text }) => text.includes('"body":"abc"'))
  expect(client.text).toContain('X-Seen: 1')
})

test('stands before the other toxics: a latency of the same proxy is felt by what passes only', async () => {
  await using world = await startHttp()
  await world.proxy.must('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 150 } })
  await world.addToxic({ match: { path: '/here' }, answer })
  const ask = world.client()
  const passed = await ask('/there')
  const given = await ask('/here')
  expect(passed.ms).toBeGreaterThanOrEqual(150)
  expect(given).toMatchObject({ status: 503 })
  expect(given.ms).toBeLessThan(passed.ms)
})

test('with a toxicity acts on that share of the connections, and on all requests of one', async () => {
  const draws = [0.2, 0.8]
  await using world = await startHttp(mirror, () => draws.shift() ?? 0)
  await world.proxy.must('POST', '/proxies/p/toxics', { type: 'http', toxicity: 0.5, attributes: { answer } })
  const [taken, spared] = [world.client(), world.client()]
  const statuses = [await taken('/a'), await spared('/a'), await taken('/b'), await spared('/b')]
  expect(statuses.map(({ status }) => status)).toEqual([503, 200, 503, 200])
})

test('outlives peers that go away at any moment, and leaves nothing behind', async () => {
  await using world = await startHttp((_, response) => {
    const leaves = Math.random() < 0.3
    response.write('x'.repeat(1_000))
    if (leaves) response.socket?.resetAndDestroy()
    else response.end('y')
  })
  await world.addToxic({ match: { path: '/0/**' }, delay: 20 })
  await world.addToxic({ match: { path: '/1/**' }, answer, delay: 5 }, 'second')
  await world.addToxic({ match: { path: '/2/**' }, alter: { body: 'malformed-json' } }, 'third')
  await world.addToxic({ match: { path: '/3/**' }, cut: { afterBytes: 500, how: 'close' } }, 'fourth')
  for (let round = 0; round < 40; round += 1) {
    using client = await startClient(world.port)
    const request = `POST /${round % 5}/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789`
    client.socket.write(`${request}${request}${request}`.slice(0, 20 + round * 5))
    await sleep(round % 8)
    if (round % 3 === 0) client.socket.resetAndDestroy()
    else client.socket.end()
  }
  await expect.poll(async () => (await world.proxy.evidence()).open, { timeout: 10_000 }).toBe(0)
  expect((await world.client()('/4/x', { method: 'HEAD' })).status).toBeDefined()
})
