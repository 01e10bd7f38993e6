/**
 * `offline-token-validation`: checks an access token by its signature, with auth's published keys, instead of asking
 * auth every time. Keys are kept when auth is away; an unknown key id makes it look for new ones, at most once per
 * cooldown however many tokens carry it.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Caller } from '../common/caller.ts'
import type { Log } from '../common/log.ts'
import type { AppConfig } from './app-config.ts'
import type { AuthResult, Identity } from './auth-client.ts'
import type { RevocationList } from './revocations.ts'

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) })
const claims = z.object({
  sub: z.string(),
  sid: z.string(),
  username: z.string().optional(),
  exp: z.number(),
})
const keyCooldownMs = 1_000
const keyMaxAgeMs = 10_000

export interface TokenVerifierWorld {
  caller: Caller
  config: () => AppConfig
  revocations: RevocationList
  log: Log
}

export class TokenVerifier {
  readonly #world: TokenVerifierWorld
  #keys: ReturnType<typeof createLocalJWKSet> | undefined
  #fetchedAt = Number.NEGATIVE_INFINITY
  #fetching: Promise<void> | undefined

  constructor(world: TokenVerifierWorld) {
    this.#world = world
  }

  /** Whether a token is good; `unknown` means that only auth can tell. */
  async verify(token: string): Promise<AuthResult<Identity>> {
    if (!this.#world.revocations.loaded) return { kind: 'unknown', reason: 'no revocation list yet' }
    if (!this.#keys) await this.#fetchKeys()
    else if (Date.now() - this.#fetchedAt > keyMaxAgeMs) void this.#fetchKeys()
    const result = await this.#check(token)
    if (result !== 'unknown-key') return result
    await this.#fetchKeys()
    const again = await this.#check(token)
    return again === 'unknown-key' ? { kind: 'unknown', reason: 'signed with an unknown key' } : again
  }

  async #check(token: string): Promise<AuthResult<Identity> | 'unknown-key'> {
    if (!this.#keys) return { kind: 'unknown', reason: 'no keys yet' }
    const { issuer, audience } = this.#world.config()
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        typ: 'at+jwt',
        algorithms: ['EdDSA'],
      })
      const { sub, sid, username = sub, exp } = claims.parse(payload)
      if (this.#world.revocations.has(sid)) return { kind: 'invalid', reason: 'revoked' }
      return { kind: 'valid', value: { subject: sub, session: sid, username, expiresAt: exp * 1000 } }
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown-key'
      return { kind: 'invalid', reason: error instanceof errors.JOSEError ? error.code : 'claims missing' }
    }
  }

  /** One request at a time, and none within the cooldown after the last. */
  #fetchKeys(): Promise<void> {
    if (this.#fetching) return this.#fetching
    if (Date.now() - this.#fetchedAt < keyCooldownMs) return Promise.resolve()
    this.#fetching = this.#load()
      .catch(error => this.#world.log('keys-not-read', { reason: String(error) }))
      .finally(() => {
        this.#fetchedAt = Date.now()
        this.#fetching = undefined
      })
    return this.#fetching
  }

  async #load(): Promise<void> {
    const answer = await this.#world.caller.call({
      path: '/jwks',
      timeoutMs: this.#world.config().checkTimeoutMs,
    })
    this.#keys = createLocalJWKSet(keySet.parse(JSON.parse(answer.text)) as JSONWebKeySet)
  }
}
