/**
 * The keys that auth publishes, as an app keeps them.
 *
 * `jwks-overlap`, as far as it is the app's: while auth gives no keys, the last good set is used on, within bounds; a
 * key id that nobody knows makes the app look for new keys once, however many tokens carry one. Without it the set
 * ends with its age, and every unknown key id is a request. Either way a set that lacks a key is believed as soon as
 * it has been read: so a key that was removed in an emergency is gone.
 */
import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { z } from 'zod'
import type { Caller } from '../common/caller.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import type { AppConfig } from './app-config.ts'

export type KeySet = ReturnType<typeof createLocalJWKSet>

const published = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) })
/** No request for keys within this time after the last one, ms. */
const cooldownMs = 1_000
/** Keys are read anew at this share of their greatest age, so that they outlast a short outage. */
const readAnewAt = 0.25
/** How many key ids it remembers to have seen. */
const seenMax = 100

export interface AuthKeysWorld {
  caller: Caller
  config: () => AppConfig
  mitigations: Mitigations
  log: Log
}

export class AuthKeys {
  readonly #world: AuthKeysWorld
  readonly #overlap: boolean
  #keys: KeySet | undefined
  #kids: ReadonlySet<string> = new Set()
  readonly #seen = new Set<string>()
  #readAt = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(world: AuthKeysWorld) {
    this.#world = world
    this.#overlap = world.mitigations.has('jwks-overlap')
  }

  /** The keys to go by now; undefined if there are none, or none that are fresh enough. Never rejects. */
  async current(): Promise<KeySet | undefined> {
    const ageMs = Date.now() - this.#readAt
    if (!this.#usable()) await this.#readOnce()
    else if (ageMs > readAnewAt * this.#world.config().keyMaxAgeMs) void this.#readOnce()
    return this.#usable()
  }

  /** Looks for a key that is not among the current ones, and returns the keys to go by then. Never rejects. */
  async lookUp(): Promise<KeySet | undefined> {
    await (this.#overlap ? this.#readOnce() : this.#read())
    return this.#usable()
  }

  /** Whether auth has published this key once, and does not any more. */
  isWithdrawn(kid: string): boolean {
    return this.#seen.has(kid) && !this.#kids.has(kid)
  }

  #usable(): KeySet | undefined {
    const { keyMaxAgeMs, staleKeyMaxS } = this.#world.config()
    const maxMs = this.#overlap ? Math.max(keyMaxAgeMs, staleKeyMaxS * 1_000) : keyMaxAgeMs
    return Date.now() - this.#readAt <= maxMs ? this.#keys : undefined
  }

  /** One request at a time, and none within the cooldown after the last. */
  #readOnce(): Promise<void> {
    if (this.#reading) return this.#reading
    if (Date.now() - this.#triedAt < cooldownMs) return Promise.resolve()
    this.#reading = this.#read().finally(() => {
      this.#triedAt = Date.now()
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    const { caller, config, log } = this.#world
    const askedAt = Date.now()
    try {
      const answer = await caller.call({
        path: '/jwks',
        timeoutMs: config().checkTimeoutMs,
        purpose: 'background',
      })
      const set = published.parse(JSON.parse(answer.text))
      const keys = createLocalJWKSet(set as JSONWebKeySet)
      // An answer that was overtaken by a newer one is not taken up.
      if (askedAt >= this.#readAt) this.#take(keys, new Set(set.keys.map(({ kid }) => kid)), askedAt)
    } catch (error) {
      log('keys-not-read', { reason: String(error) })
    }
  }

  #take(keys: KeySet, kids: ReadonlySet<string>, at: number): void {
    this.#keys = keys
    this.#kids = kids
    this.#readAt = at
    for (const kid of kids) {
      this.#seen.delete(kid)
      this.#seen.add(kid)
    }
    while (this.#seen.size > seenMax) {
      const [oldest] = this.#seen
      if (oldest !== undefined) this.#seen.delete(oldest)
    }
  }
}
