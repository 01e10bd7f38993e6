import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type ProbeOptions, probe } from '../../../harness/diagnosis/probe.ts'
import { CertificateAuthority } from '../../../harness/stack/certificates.ts'
import { identity, webWith } from '../../services/app/web-world.ts'
import { cutMidAnswer, nowhere, resetBeforeAnswer, startApp, startRaw } from '../crowd/support.ts'
import { targetAt } from './support.ts'

const signedIn = { kind: 'signed-in', credential: { cookie: 'sid=abc' } } as const satisfies ProbeOptions
const anonymous = { kind: 'anonymous' } as const satisfies ProbeOptions

/** The real web surface on a socket; `told` is what its guard says of a session. */
async function startWeb() {
  const web = webWith()
  const started = await startApp()
  started.app.all('*', ({ req }) => web.request(req.path, { headers: req.raw.headers }) as Promise<Response>)
  return { ...started, told: web.told, asked: web.asked }
}

async function look(door: string, options: ProbeOptions) {
  return (await probe(targetAt(door), options)).outcome
}

describe('probe knows the pages of the site', () => {
  test('the sign-in form, without a credential', async () => {
    await using web = await startWeb()
    expect(await look(web.door, anonymous)).toEqual({ kind: 'answered', status: 200, answer: 'signed-out' })
    expect(web.asked.sessions).toEqual([])
  })

  test.each([
    ['content', { kind: 'valid', identity }, 200, 'signed-in'],
    ['content served from the grace', { kind: 'stale', identity }, 200, 'degraded'],
    ['a session that is no good any more', { kind: 'invalid', reason: 'gone' }, 303, 'signed-out'],
    ['nobody knows', { kind: 'unknown', reason: 'silence' }, 503, 'busy'],
  ] as const)('%s', async (_, admission, status, answer) => {
    await using web = await startWeb()
    web.told.admission = admission
    expect(await look(web.door, signedIn)).toEqual({ kind: 'answered', status, answer })
    expect(web.asked.sessions).toEqual(['abc'])
  })

  test.each([
    [500, {}, 'error'],
    [502, {}, 'error'],
    [503, {}, 'error'],
    [503, { 'retry-after': '1' }, 'busy'],
    [429, {}, 'busy'],
    [401, {}, 'refused'],
    [404, {}, 'refused'],
    [303, { location: '/sign-in?why=session-expired' }, 'signed-out'],
    [303, { location: '/elsewhere' }, 'malformed'],
    [303, {}, 'malformed'],
    [200, { 'content-type': 'application/json' }, 'malformed'],
    [200, { 'content-type': 'text/html' }, 'malformed'],
  ] as const)('%i with %j is %s', async (status, headers, answer) => {
    await using started = await startApp()
    started.app.get('/', () => new Response('something', { status, headers }))
    expect(await look(started.door, signedIn)).toEqual({ kind: 'answered', status, answer })
  })
})

describe('probe', () => {
  test('measures each stage, over a connection that it closes', async () => {
    await using web = await startWeb()
    const { stages } = await probe(targetAt(web.door), anonymous)
    expect(stages).toEqual({
      dns: 'by-address',
      connect: expect.any(Number),
      tls: 'off',
      firstByte: expect.any(Number),
      total: expect.any(Number),
    })
    expect(stages.total).toBeGreaterThanOrEqual(Number(stages.connect) + Number(stages.firstByte))
  })

  test('comes as a visitor of the region, with the credential only where it is asked for', async () => {
    await using started = await startApp()
    const seen: Record<string, string>[] = []
    started.app.all('*', ({ req }) => {
      seen.push({ path: req.path, ...req.header() })
      return new Response()
    })
    await look(started.door, { ...signedIn, address: '10.9.8.7' })
    await look(started.door, { ...signedIn, kind: 'anonymous' })
    expect(seen).toMatchObject([
      { path: '/', host: 'feed.us.localhost', 'x-forwarded-for': '10.9.8.7', cookie: 'sid=abc' },
      { path: '/sign-in', host: 'feed.us.localhost', connection: 'close' },
    ])
    expect(seen[1]).not.toHaveProperty('cookie')
  })

  test('looks up a door that has a name', async () => {
    await using web = await startWeb()
    const { stages } = await probe(targetAt(web.door.replace('127.0.0.1', 'localhost')), anonymous)
    expect(stages.dns).toEqual(expect.any(Number))
  })

  test('says that a name has no address', async () => {
    // RFC 6761, section 6.4: it never has one.
    const { outcome, stages } = await probe(targetAt('http://nobody.invalid'), anonymous)
    expect(outcome).toMatchObject({ kind: 'failed', stage: 'dns' })
    expect(stages).toMatchObject({ dns: null, connect: null, firstByte: null })
  })

  test('says that nobody listens', async () => {
    const { door } = await nowhere()
    const { outcome, stages } = await probe(targetAt(door), anonymous)
    expect(outcome).toEqual({ kind: 'failed', stage: 'connect', code: 'ECONNREFUSED' })
    expect(stages).toMatchObject({ connect: null, firstByte: null })
  })

  test('says that it was accepted and got no answer, after its deadline and not before', async () => {
    await using raw = await startRaw(() => {})
    const { outcome, stages } = await probe(targetAt(raw.place.door), { ...anonymous, deadlineMs: 150 })
    expect(outcome).toEqual({ kind: 'failed', stage: 'first-byte', code: 'TIMEOUT' })
    expect(stages.total).toBeGreaterThanOrEqual(148)
    expect(stages).toMatchObject({ connect: expect.any(Number), firstByte: null })
  })

  test.each([
    ['reset before its answer', resetBeforeAnswer, 'first-byte', 'ECONNRESET'],
    ['closed before its answer', (socket: Socket) => socket.end(), 'first-byte', 'ECONNRESET'],
    ['cut in the middle of it', cutMidAnswer, 'body', 'CUT'],
    ['answered with no HTTP', (socket: Socket) => socket.end('SSH-2.0-x\r\n\r\n'), 'first-byte', /^HPE_/],
  ] as const)('says that it was %s', async (_, serveOne, stage, code) => {
    await using raw = await startRaw(socket => void serveOne(socket))
    const outcome = await look(raw.place.door, anonymous)
    expect(outcome).toMatchObject({ kind: 'failed', stage, code: expect.stringMatching(code) })
  })

  test('says that only part of an answer came in time', async () => {
    await using raw = await startRaw(socket =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
    )
    expect(await look(raw.place.door, { ...anonymous, deadlineMs: 150 })).toEqual({
      kind: 'failed',
      stage: 'body',
      code: 'TIMEOUT',
    })
  })

  test('measures an answer that is late where the time went', async () => {
    await using started = await startApp()
    started.app.get('/sign-in', async () => {
      await new Promise(resolve => setTimeout(resolve, 80))
      return new Response()
    })
    const { stages } = await probe(targetAt(started.door), anonymous)
    expect(stages.firstByte).toBeGreaterThanOrEqual(78)
  })

  test.each(['ftp://127.0.0.1', 'nonsense'])('does not take %s for a door', door => {
    expect(() => probe(targetAt(door), anonymous)).toThrow(TypeError)
  })
})

describe('probe over TLS', () => {
  const authority = new CertificateAuthority()

  async function startSecure(hosts: string[]) {
    const { certificate, key } = authority.issue({ name: 'edge', hosts })
    const server = createSecureServer({ cert: certificate, key }, (_, response) => response.end('x'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return {
      door: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      },
    }
  }

  test('measures the handshake, as whoever trusts the authority', async () => {
    await using secure = await startSecure(['feed.us.localhost'])
    const { stages, outcome } = await probe(targetAt(secure.door), {
      ...anonymous,
      ca: authority.certificate,
    })
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 })
    expect(stages).toMatchObject({ connect: expect.any(Number), tls: expect.any(Number) })
  })

  test.each([
    ['an authority that nobody knows', ['feed.us.localhost'], undefined],
    ['another name', ['photos.us.localhost'], authority.certificate],
  ])('fails in the handshake with a certificate of %s', async (_, hosts, ca) => {
    await using secure = await startSecure(hosts)
    expect(await look(secure.door, { ...anonymous, ca })).toMatchObject({ kind: 'failed', stage: 'tls' })
  })
})
