/**
 * Node's crypto for a simulation: chance comes from the seed, and what is otherwise done on threads of its own is done
 * at once, so that it takes no real time that anybody could measure and always ends in the same order. All of it is the
 * real thing: real signatures, real hashes. What was done before is looked up.
 */
import * as real from 'node:crypto'
import type { VirtualWorld } from './globals.ts'

type Bytes = ArrayBuffer | NodeJS.ArrayBufferView
/** Taken before anything is laid over them. */
const {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  KeyObject,
  scryptSync,
  sign,
  verify,
} = real

const rememberedMax = 20_000
/** `PrivateKeyInfo` of an Ed25519 key (RFC 8410), up to the key itself. */
const ed25519Head = Buffer.from('302e020100300506032b657004220420', 'hex')
const tagBytes = 16

interface VirtualCrypto {
  /** Of node:crypto. */
  module: Record<string, unknown>
  /** Of `crypto.subtle`, and of `crypto` itself. */
  subtle: Record<string, unknown>
  global: Record<string, unknown>
}

export function virtualCrypto(world: Pick<VirtualWorld, 'random' | 'hashed' | 'clock'>): VirtualCrypto {
  const { random } = world
  const fill = <T extends NodeJS.ArrayBufferView>(view: T): T => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256)
    return view
  }
  const randomBytes = (size: number) => fill(Buffer.alloc(size))
  const randomUUID = () => {
    const bytes = randomBytes(16)
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }
  const randomInt = (from: number, to?: number) => {
    const [low, high] = to === undefined ? [0, from] : [from, to]
    return low + Math.floor(random() * (high - low))
  }
  return {
    module: {
      randomBytes,
      randomUUID,
      randomInt,
      randomFillSync: fill,
      scrypt: scryptFor(world),
    },
    subtle: subtleFor(randomBytes),
    global: { getRandomValues: fill, randomUUID },
  }
}

/** The work is done at once, or looked up; the time it takes is the process's own. */
const hashes = new Map<string, Buffer>()

function scryptFor({ hashed }: Pick<VirtualWorld, 'hashed'>) {
  return (
    password: real.BinaryLike,
    salt: Buffer,
    length: number,
    options: real.ScryptOptions,
    done: (error: Error | null, hash: Buffer) => void,
  ) => {
    const key = JSON.stringify([String(password), salt.toString('base64'), length, options])
    const hash = hashes.get(key) ?? scryptSync(password, salt, length, options)
    remember(hashes, key, hash)
    hashed(() => done(null, Buffer.from(hash)))
  }
}

function remember<T>(known: Map<string, T>, key: string, value: T): T {
  if (known.size >= rememberedMax) known.clear()
  known.set(key, value)
  return value
}

type Jwk = real.JsonWebKey
type Key = real.webcrypto.CryptoKey
interface Algorithm {
  name: string
  iv?: Bytes
  additionalData?: Bytes
  tagLength?: number
}

/** What jose uses of it, for the algorithms that the services use; each resolves at once. */
function subtleFor(randomBytes: (size: number) => Buffer): Record<string, unknown> {
  return {
    async generateKey({ name }: Algorithm, extractable: boolean, uses: real.webcrypto.KeyUsage[]) {
      requireEd25519(name)
      const key = createPrivateKey({
        key: Buffer.concat([ed25519Head, randomBytes(32)]),
        format: 'der',
        type: 'pkcs8',
      })
      return {
        privateKey: asCryptoKey(key, extractable, uses.includes('sign') ? ['sign'] : []),
        publicKey: asCryptoKey(createPublicKey(key), true, uses.includes('verify') ? ['verify'] : []),
      }
    },
    async importKey(
      format: string,
      data: Jwk | Bytes,
      algorithm: Algorithm | string,
      extractable: boolean,
      uses: real.webcrypto.KeyUsage[],
    ) {
      const name = typeof algorithm === 'string' ? algorithm : algorithm.name
      if (format === 'raw') {
        const secret = real.createSecretKey(bytesOf(data as Bytes))
        return asCryptoKey(secret, extractable, uses, name)
      }
      requireEd25519(name)
      const jwk = data as Jwk
      const key = jwk.d === undefined ? createPublicKey({ key: jwk, format: 'jwk' }) : privateKeyOf(jwk)
      return asCryptoKey(key, extractable, uses)
    },
    async exportKey(format: string, key: Key) {
      const jwk = objectOf(key).export({ format: 'jwk' })
      if (format !== 'jwk') throw new TypeError(`a simulation exports keys as jwk, not as ${format}`)
      return { ...jwk, key_ops: [...key.usages], ext: key.extractable }
    },
    async sign(_algorithm: Algorithm, key: Key, data: Bytes) {
      return arrayOf(sign(null, bytesOf(data), objectOf(key)))
    },
    verify: (_algorithm: Algorithm, key: Key, signature: Bytes, data: Bytes) =>
      verified(key, signature, data),
    digest,
    async encrypt({ iv, additionalData }: Algorithm, key: Key, data: Bytes) {
      const secret = objectOf(key)
      const cipher = createCipheriv(gcmOf(secret), secret, bytesOf(iv))
      if (additionalData) cipher.setAAD(bytesOf(additionalData))
      return arrayOf(Buffer.concat([cipher.update(bytesOf(data)), cipher.final(), cipher.getAuthTag()]))
    },
    async decrypt({ iv, additionalData }: Algorithm, key: Key, data: Bytes) {
      const secret = objectOf(key)
      const bytes = bytesOf(data)
      const cipher = createDecipheriv(gcmOf(secret), secret, bytesOf(iv))
      if (additionalData) cipher.setAAD(bytesOf(additionalData))
      cipher.setAuthTag(bytes.subarray(-tagBytes))
      return arrayOf(Buffer.concat([cipher.update(bytes.subarray(0, -tagBytes)), cipher.final()]))
    },
  }
}

async function digest(algorithm: Algorithm | string, data: Bytes): Promise<ArrayBuffer> {
  const name = typeof algorithm === 'string' ? algorithm : algorithm.name
  return arrayOf(createHash(name.replace('-', '')).update(bytesOf(data)).digest())
}

const signatures = new Map<string, boolean>()
/** What tells a key from the others. */
const names = new WeakMap<Key, string>()

async function verified(key: Key, signature: Bytes, data: Bytes): Promise<boolean> {
  const name = names.get(key) ?? String(objectOf(key).export({ format: 'jwk' }).x)
  names.set(key, name)
  const about = `${name} ${bytesOf(signature).toString('latin1')} ${bytesOf(data).toString('latin1')}`
  return (
    signatures.get(about) ??
    remember(signatures, about, verify(null, bytesOf(data), objectOf(key), bytesOf(signature)))
  )
}

/** What each key was made of. */
const objects = new WeakMap<Key, real.KeyObject>()

function objectOf(key: Key): real.KeyObject {
  return objects.get(key) ?? KeyObject.from(key)
}

function asCryptoKey(
  object: real.KeyObject,
  extractable: boolean,
  uses: real.webcrypto.KeyUsage[],
  name = 'Ed25519',
): Key {
  const key = object.toCryptoKey({ name }, extractable, uses)
  objects.set(key, object)
  return key
}

function privateKeyOf(jwk: Jwk): real.KeyObject {
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

function requireEd25519(name: string): void {
  if (name !== 'Ed25519') throw new TypeError(`a simulation knows keys of Ed25519, not of ${name}`)
}

function gcmOf(secret: real.KeyObject): real.CipherGCMTypes {
  return `aes-${8 * (secret.symmetricKeySize ?? 32)}-gcm` as real.CipherGCMTypes
}

function bytesOf(data: Bytes | undefined): Buffer {
  if (data === undefined) return Buffer.alloc(0)
  return data instanceof ArrayBuffer
    ? Buffer.from(data)
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

function arrayOf(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
