import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import type { AuthStore, SigningKey } from './store.ts'

/** The one algorithm that tokens are signed with, and the only one that is accepted. */
export const signingAlgorithm = 'EdDSA'

type VerificationKey = Awaited<ReturnType<typeof importJWK>>

/**
 * The signing keys of this auth, read from the store once and kept in memory, so that tokens are signed and verified
 * while the store is away. The first process to need a key makes it. Rejects with StoreUnavailable before that.
 */
export interface Keyring {
  /** The key that signs now. */
  signingKey(): Promise<{ kid: string; key: VerificationKey }>
  /** The public key of that name, or undefined. A name not in memory is looked up in the store. */
  verificationKey(kid: string): Promise<VerificationKey | undefined>
  /** Public keys as a JWK Set lists them (RFC 7517). */
  publicJwks(): Promise<JWK[]>
}

interface Keys {
  signing: { kid: string; key: VerificationKey }
  verification: ReadonlyMap<string, VerificationKey>
  publicJwks: JWK[]
}

export function createKeyring(store: AuthStore): Keyring {
  let loaded: Promise<Keys> | undefined

  async function current(): Promise<Keys> {
    const loading = loaded ?? load(store)
    loaded = loading
    try {
      return await loading
    } catch (error) {
      if (loaded === loading) loaded = undefined
      throw error
    }
  }

  return {
    async signingKey() {
      return (await current()).signing
    },
    async verificationKey(kid) {
      const known = (await current()).verification.get(kid)
      if (known) return known
      // Another process may have added it since; asking costs no more than any session that does not exist.
      const fresh = await load(store)
      loaded = Promise.resolve(fresh)
      return fresh.verification.get(kid)
    },
    async publicJwks() {
      return (await current()).publicJwks
    },
  }
}

async function load(store: AuthStore): Promise<Keys> {
  let stored = await store.signingKeys()
  if (stored.length === 0) {
    // Of two processes that get here together, one adds its key and both read it back.
    await store.addSigningKey(await generate(1))
    stored = await store.signingKeys()
  }
  const newest = stored.at(-1)
  if (!newest) throw new Error('the store holds no signing key, although one was just added')
  const publicJwks = stored.map(publicJwk)
  const verification = new Map<string, VerificationKey>()
  for (const jwk of publicJwks) verification.set(jwk.kid ?? '', await importJWK(jwk, signingAlgorithm))
  const signing = { kid: newest.kid, key: await importJWK(newest.privateJwk, signingAlgorithm) }
  return { signing, verification, publicJwks }
}

async function generate(generation: number): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { crv: 'Ed25519', extractable: true })
  const privateJwk = await exportJWK(privateKey)
  return { generation, kid: await calculateJwkThumbprint(privateJwk), privateJwk }
}

function publicJwk({ kid, privateJwk }: SigningKey): JWK {
  const { d: _private, ...rest } = privateJwk
  return { ...rest, kid, alg: signingAlgorithm, use: 'sig' }
}
