import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { CertificateAuthority, type Issued } from '../../../harness/stack/certificates.ts'

const authority = new CertificateAuthority()
const hosts = ['auth-1', '*.auth.test', '127.0.0.1']
const hourMs = 3_600_000

/** The error's code with which a client that trusts `ca` ends its handshake; undefined if it does not fail. */
async function handshake(issued: Issued, ca: string, servername = 'auth-1'): Promise<string | undefined> {
  const server = createServer({ cert: issued.certificate, key: issued.key }, socket => socket.end('hello'))
  server.on('tlsClientError', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port, ca, servername })
  try {
    await once(socket, 'secureConnect')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    socket.destroy()
    server.close()
  }
}

describe('CertificateAuthority', () => {
  const issued = authority.issue({ name: 'auth-1', hosts })
  const certificate = new X509Certificate(issued.certificate)
  const own = new X509Certificate(authority.certificate)

  test('vouches for itself and for what it issues', () => {
    expect(own.ca).toBe(true)
    expect(own.verify(own.publicKey)).toBe(true)
    expect(certificate.ca).toBe(false)
    expect(certificate.verify(own.publicKey)).toBe(true)
    expect(certificate.checkIssued(own)).toBe(true)
    expect(certificate.issuer).toBe(own.subject)
    const stranger = new X509Certificate(new CertificateAuthority().certificate)
    expect(certificate.verify(stranger.publicKey)).toBe(false)
    expect(certificate.checkIssued(stranger)).toBe(false)
  })

  test('issues for names and addresses, with the key that belongs to it', () => {
    expect(certificate.subject).toBe('CN=auth-1')
    expect(certificate.checkHost('auth-1')).toBe('auth-1')
    expect(certificate.checkHost('a.auth.test')).toBe('*.auth.test')
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.checkHost('auth-2')).toBeUndefined()
    expect(certificate.checkIP('127.0.0.2')).toBeUndefined()
    expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).toBe(true)
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  test.each([
    ['2020-01-01T00:00:00Z', '2030-06-07T08:09:10Z'],
    ['2049-12-31T23:59:59Z', '2050-01-01T00:00:00Z'],
  ])('is good from %s to %s', (from, to) => {
    const { certificate } = authority.issue({
      name: 'auth-1',
      hosts,
      notBefore: new Date(from),
      notAfter: new Date(to),
    })
    const { validFromDate, validToDate } = new X509Certificate(certificate)
    expect([validFromDate, validToDate]).toEqual([new Date(from), new Date(to)])
  })

  test('never issues the same number twice', () => {
    const numbers = Array.from(
      { length: 20 },
      () => new X509Certificate(authority.issue({ name: 'a', hosts }).certificate),
    )
    expect(new Set(numbers.map(({ serialNumber }) => serialNumber)).size).toBe(20)
  })

  test('is trusted in a real handshake by who trusts the authority, for the names it is for', async () => {
    expect(await handshake(issued, authority.certificate)).toBeUndefined()
    expect(await handshake(issued, authority.certificate, 'auth-2')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    const stranger = new CertificateAuthority()
    expect(await handshake(issued, stranger.certificate)).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED|SIGNATURE/)
  })

  test('is refused before and after its time', async () => {
    const now = Date.now()
    const at = (from: number, to: number) =>
      authority.issue({
        name: 'auth-1',
        hosts,
        notBefore: new Date(now + from),
        notAfter: new Date(now + to),
      })
    expect(await handshake(at(-2 * hourMs, -hourMs), authority.certificate)).toBe('CERT_HAS_EXPIRED')
    expect(await handshake(at(hourMs, 2 * hourMs), authority.certificate)).toBe('CERT_NOT_YET_VALID')
  })
})
