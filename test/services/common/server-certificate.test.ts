import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { CertificateAuthority } from '../../../harness/stack/certificates.ts'
import { createFetch } from '../../../services/common/outbound.ts'
import { ServerCertificate } from '../../../services/common/server-certificate.ts'

const authority = new CertificateAuthority()
const ca = authority.certificate
const hosts = ['127.0.0.1']
const good = () => authority.issue({ name: 'auth-1', hosts })
const over = () =>
  authority.issue({
    name: 'auth-1',
    hosts,
    notBefore: new Date(Date.now() - 7_200_000),
    notAfter: new Date(Date.now() - 3_600_000),
  })

/** A server with a certificate, on a socket. */
async function startServer() {
  const certificate = new ServerCertificate(good())
  const server = certificate.createServer(certificate.options, (_request, response) => response.end('hello'))
  certificate.attach(server)
  server.on('tlsClientError', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    certificate,
    port,
    url: `https://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** What a call gives: its text, or the code of what was wrong. */
async function ask(fetch: typeof globalThis.fetch, url: string): Promise<string> {
  try {
    return await (await fetch(url)).text()
  } catch (error) {
    return (error as { cause?: { code?: string } }).cause?.code ?? String(error)
  }
}

/** A handshake on a connection that stays; with what is kept of an earlier one, if given. */
async function handshake(port: number, session?: Buffer) {
  const socket = connect({ host: '127.0.0.1', port, ca, ...(session ? { session } : {}) })
  const given = new Promise<Buffer>(resolve => socket.once('session', resolve))
  await once(socket, 'secureConnect')
  socket.resume()
  return { socket, given }
}

describe('ServerCertificate', () => {
  test('is trusted by calls that know the authority, and by no others', async () => {
    await using server = await startServer()
    expect(await ask(createFetch({ ca }), server.url)).toBe('hello')
    expect(await ask(createFetch(), server.url)).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/)
    const stranger = new CertificateAuthority().certificate
    expect(await ask(createFetch({ ca: stranger }), server.url)).toMatch(
      /UNABLE_TO_VERIFY|SELF_SIGNED|SIGNATURE/,
    )
  })

  test('can be replaced: those connected go on, who connects anew gets the new one', async () => {
    await using server = await startServer()
    const known = createFetch({ ca })
    expect(await ask(known, server.url)).toBe('hello')
    // Its connection is free again a moment after its answer is there.
    await sleep(20)
    server.certificate.install(over())
    expect(await ask(known, server.url)).toBe('hello')
    expect(await ask(createFetch({ ca }), server.url)).toBe('CERT_HAS_EXPIRED')
    server.certificate.install(good())
    expect(await ask(createFetch({ ca }), server.url)).toBe('hello')
  })

  test('lets nobody come back without a look at the new one', async () => {
    await using server = await startServer()
    const first = await handshake(server.port)
    const kept = await first.given
    const again = await handshake(server.port, kept)
    expect(again.socket.isSessionReused()).toBe(true)
    server.certificate.install(over())
    await expect(handshake(server.port, kept)).rejects.toThrow('expired')
    for (const { socket } of [first, again]) socket.destroy()
  })

  test('says when its time is over', async () => {
    const certificate = new ServerCertificate(good())
    const validTo = certificate.install(over())
    expect(validTo.getTime()).toBeLessThan(Date.now())
  })

  test.each([
    [{ certificate: 'none', key: 'none' }, 'must be PEM'],
    [{ certificate: good().certificate, key: '' }, 'must be PEM'],
    [{ certificate: good().certificate, key: good().key }, 'the key is not that of the certificate'],
  ])('refuses what does not belong together, and keeps what it has', (pair, problem) => {
    expect(() => new ServerCertificate(pair)).toThrow(problem)
    const certificate = new ServerCertificate(good())
    const { options } = certificate
    expect(() => certificate.install(pair)).toThrow(TypeError)
    expect(certificate.options).toEqual(options)
  })
})
