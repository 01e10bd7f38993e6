/**
 * Certificates for the links of a stack that speak TLS: an authority of its own for each stack, and what it issues
 * (X.509 v3 as in RFC 5280, ECDSA on P-256). Node reads certificates but makes none, so the few structures that are
 * needed are written here, in DER: tag, length, content.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/** A certificate and its private key, both PEM. */
export interface Issued {
  certificate: string
  key: string
}

export interface IssueOptions {
  /** Common name. */
  name: string
  /** Host names and IPv4 addresses that it is for. */
  hosts: readonly string[]
  /** Default: an hour ago. */
  notBefore?: Date
  /** Default: in ten days. Whole seconds count. */
  notAfter?: Date
}

const hourMs = 3_600_000

export class CertificateAuthority {
  readonly #name: string
  readonly #key: KeyObject
  readonly #publicKey: KeyObject
  /** Its own certificate, PEM: what those who are to trust it are given. */
  readonly certificate: string

  constructor(name = 'firebreak test authority') {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#name = name
    this.#key = privateKey
    this.#publicKey = publicKey
    this.certificate = this.#sign({ name, hosts: [] }, publicKey, [
      extension(oids.basicConstraints, sequence(boolean(true)), true),
      // keyCertSign and cRLSign: bits 5 and 6.
      extension(oids.keyUsage, der(tags.bitString, Buffer.from([1, 0b0000_0110])), true),
    ])
  }

  /** A certificate for a server, with a new key. */
  issue(options: IssueOptions): Issued {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const certificate = this.#sign(options, publicKey, [
      extension(oids.basicConstraints, sequence(), true),
      // digitalSignature: bit 0.
      extension(oids.keyUsage, der(tags.bitString, Buffer.from([7, 0b1000_0000])), true),
      extension(oids.extendedKeyUsage, sequence(objectId(oids.serverAuth))),
      extension(oids.subjectAltName, sequence(...options.hosts.map(hostName))),
    ])
    return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
  }

  #sign(options: IssueOptions, publicKey: KeyObject, extensions: readonly Buffer[]): string {
    const now = Date.now()
    const { name, notBefore = new Date(now - hourMs), notAfter = new Date(now + 240 * hourMs) } = options
    const algorithm = sequence(objectId(oids.ecdsaWithSha256))
    const own = keyId(publicKey)
    const authority = keyId(this.#publicKey)
    const content = sequence(
      // Version 3.
      der(tags.explicit0, der(tags.integer, Buffer.from([2]))),
      // Positive, and unlike any other.
      der(tags.integer, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
      algorithm,
      commonName(this.#name),
      sequence(time(notBefore), time(notAfter)),
      commonName(name),
      publicKey.export({ type: 'spki', format: 'der' }),
      der(
        tags.explicit3,
        sequence(
          ...extensions,
          extension(oids.subjectKeyId, der(tags.octetString, own)),
          extension(oids.authorityKeyId, sequence(der(tags.implicit0, authority))),
        ),
      ),
    )
    const signature = sign('sha256', content, this.#key)
    const certificate = sequence(content, algorithm, bitString(signature))
    const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
  }
}

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  implicit0: 0x80,
  dnsName: 0x82,
  ipAddress: 0x87,
  explicit0: 0xa0,
  explicit3: 0xa3,
} as const

const oids = {
  commonName: '2.5.4.3',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

/** Below 128 one byte; otherwise the number of bytes that follow, and those. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return der(tags.sequence, ...contents)
}

function boolean(value: boolean): Buffer {
  return der(tags.boolean, Buffer.from([value ? 0xff : 0]))
}

/** Of whole bytes: none of the last one's bits is unused. */
function bitString(content: Uint8Array): Buffer {
  return der(tags.bitString, Buffer.from([0]), content)
}

/** The first two numbers share a byte; each number is in groups of 7 bits, all but the last with the high bit set. */
function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = rest.flatMap(number => {
    const groups = [number & 0x7f]
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return der(tags.objectId, Buffer.from([40 * first + second, ...bytes]))
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280, section 4.1.2.5). */
function time(date: Date): Buffer {
  const digits = `${date
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/\D/g, '')}Z`
  return date.getUTCFullYear() < 2050
    ? der(tags.utcTime, Buffer.from(digits.slice(2)))
    : der(tags.generalizedTime, Buffer.from(digits))
}

function commonName(name: string): Buffer {
  const attribute = sequence(objectId(oids.commonName), der(tags.utf8String, Buffer.from(name)))
  return sequence(der(tags.set, attribute))
}

function hostName(host: string): Buffer {
  if (isIPv4(host)) return der(tags.ipAddress, Buffer.from(host.split('.').map(Number)))
  return der(tags.dnsName, Buffer.from(host, 'ascii'))
}

function extension(oid: string, value: Uint8Array, critical = false): Buffer {
  return sequence(objectId(oid), ...(critical ? [boolean(true)] : []), der(tags.octetString, value))
}

/** The hash of a public key that names it (RFC 5280, section 4.2.1.2). */
function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
}
