import { decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { keyStates, newSigningKey, publicJwkOf, signingAlgorithm } from './key-set.ts'
import { type KeyStore, type SigningKey, StoreUnavailable } from './store.ts'

type VerificationKey = Awaited<ReturnType<typeof importJWK>>

/**
 * The signing keys of this auth, kept in memory, so that tokens are signed and verified while the store is away. They
 * are read again at most once a second, when one is asked for: what another process adds or removes is noticed by
 * then. The first process to need a key makes it. Rejects with StoreUnavailable before that.
 */
export interface Keyring {
  /** The key that signs now. */
  signingKey(): Promise<{ kid: string; key: VerificationKey }>
  /**
   * The public key of that name, or undefined. A name that is not known is looked up in the store, in one query with
   * all who ask meanwhile and at most every `unknownKidCooldownMs`, so that made-up names do not become its load.
   * Rejects with StoreUnavailable if it cannot be looked up: nobody knows then.
   */
  verificationKey(kid: string): Promise<VerificationKey | undefined>
  /**
   * Looks up the key that a token names, if it is not known. Done before a request takes a place, so that tokens with
   * made-up names wait without holding one. What is no signed token is left alone. Rejects as `verificationKey` does.
   */
  learnKeyOf(token: string): Promise<void>
  /** Public keys as a JWK Set lists them (RFC 7517). */
  publicJwks(): Promise<JWK[]>
  /** Reads the store now, whatever was read before. */
  reload(): Promise<void>
}

export const rereadMs = 1_000
export const unknownKidCooldownMs = 250
/** How long a request waits for keys to be read again before it goes on with those at hand. */
const rereadPatienceMs = 250

export function createKeyring(store: KeyStore): Keyring {
  const reader = new KeyReader(store)

  /** The keys published now. */
  async function published(): Promise<{ key: SigningKey; signing: boolean }[]> {
    const keys = await reader.keys()
    const states = keyStates(keys, Date.now())
    return keys.flatMap((key, index) => {
      const state = states[index]
      return state === 'removed' || state === 'dropped' ? [] : [{ key, signing: state === 'signing' }]
    })
  }

  async function find(kid: string): Promise<VerificationKey | undefined> {
    const found = (await published()).find(({ key }) => key.kid === kid)
    return found && reader.imported(`${kid} public`, publicJwkOf(found.key))
  }

  async function verificationKey(kid: string): Promise<VerificationKey | undefined> {
    const known = await find(kid)
    if (known || reader.knew(kid) || reader.missed(kid)) return known
    await reader.readForUnknownKid()
    const found = await find(kid)
    if (!found) reader.noteMissing(kid)
    return found
  }

  return {
    async signingKey() {
      const signing = (await published()).find(({ signing }) => signing)?.key
      if (!signing) throw new Error('the store holds no signing key, although one was just added')
      return { kid: signing.kid, key: await reader.imported(signing.kid, signing.privateJwk) }
    },
    verificationKey,
    async learnKeyOf(token) {
      const kid = kidOf(token)
      if (kid !== undefined) await verificationKey(kid)
    },
    async publicJwks() {
      return (await published()).map(({ key }) => publicJwkOf(key))
    },
    reload: () => reader.reload(),
  }
}

/** The name of the key that a token says it is signed with. */
function kidOf(token: string): string | undefined {
  // Ids of sessions have no header.
  if (!token.startsWith('ey')) return undefined
  try {
    return decodeProtectedHeader(token).kid
  } catch {
    return undefined
  }
}

const missingMax = 1_000

/** Reads the keys from the store, one query at a time, and keeps them. */
class KeyReader {
  /** Names that the store did not have, with when it was asked, ms. */
  readonly #missing = new Map<string, number>()
  readonly #store: KeyStore
  readonly #imported = new Map<string, Promise<VerificationKey>>()
  #keys: SigningKey[] | undefined
  #reading: Promise<void> | undefined
  #startedAtMs = Number.NEGATIVE_INFINITY
  #waiting: Promise<void> | undefined

  constructor(store: KeyStore) {
    this.#store = store
  }

  /** The keys, not older than a second unless the store does not answer. */
  async keys(): Promise<readonly SigningKey[]> {
    if (!this.#keys) await this.#read()
    else if (this.#ageMs() >= rereadMs || this.#reading) await this.#readWithPatience()
    return this.#keys ?? []
  }

  /** Whether a key of that name was ever there: a removed one needs no looking up. */
  knew(kid: string): boolean {
    return this.#keys?.some(key => key.kid === kid) ?? false
  }

  /** Whether the store was asked for a name just now, and did not have it. */
  missed(kid: string): boolean {
    return Date.now() - (this.#missing.get(kid) ?? Number.NEGATIVE_INFINITY) < unknownKidCooldownMs
  }

  noteMissing(kid: string): void {
    this.#missing.delete(kid)
    this.#missing.set(kid, Date.now())
    const [oldest] = this.#missing.keys()
    if (this.#missing.size > missingMax && oldest !== undefined) this.#missing.delete(oldest)
  }

  async reload(): Promise<void> {
    // A read under way may have begun before whatever was just written.
    await this.#reading?.catch(() => {})
    await this.#read()
  }

  /** Everybody who asks for an unknown key waits for the same read. */
  readForUnknownKid(): Promise<void> {
    if (!this.#waiting) {
      const waiting = this.#afterCooldown().finally(() => {
        this.#waiting = undefined
      })
      this.#waiting = waiting
    }
    return this.#waiting
  }

  async #afterCooldown(): Promise<void> {
    const restMs = unknownKidCooldownMs - this.#ageMs()
    if (restMs > 0) await delay(restMs)
    await this.#read()
  }

  imported(name: string, jwk: JWK): Promise<VerificationKey> {
    const known = this.#imported.get(name)
    if (known) return known
    const importing = importJWK(jwk, signingAlgorithm)
    this.#imported.set(name, importing)
    importing.catch(() => this.#imported.delete(name))
    return importing
  }

  #ageMs(): number {
    return Date.now() - this.#startedAtMs
  }

  async #readWithPatience(): Promise<void> {
    const reading = this.#read().catch(error => {
      if (!(error instanceof StoreUnavailable)) throw error
    })
    const restMs = rereadPatienceMs - this.#ageMs()
    if (restMs <= 0) return void reading.catch(() => {})
    const timeout = Promise.withResolvers<void>()
    const timer = setTimeout(timeout.resolve, restMs)
    try {
      await Promise.race([reading, timeout.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  #read(): Promise<void> {
    if (!this.#reading) {
      this.#startedAtMs = Date.now()
      this.#reading = this.#load().finally(() => {
        this.#reading = undefined
      })
    }
    return this.#reading
  }

  async #load(): Promise<void> {
    let stored = await this.#store.signingKeys()
    if (!keyStates(stored, Date.now()).includes('signing')) {
      // Of two processes that get here together, one adds its key and both read it back.
      const generation = (stored.at(-1)?.generation ?? 0) + 1
      const times = { generation, signsFromMs: Date.now(), dropsOlderFromMs: undefined }
      await this.#store.addSigningKey(await newSigningKey(times))
      stored = await this.#store.signingKeys()
    }
    this.#keys = stored
  }
}

function delay(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
