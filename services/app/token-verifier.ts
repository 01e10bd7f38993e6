/**
 * Checks an access token by its signature, with auth's published keys and the revocation list, instead of asking auth
 * every time.
 */
import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { AppConfig } from './app-config.ts'
import { type AuthResult, type Identity, identityOf } from './auth-client.ts'
import type { AuthKeys, KeySet } from './auth-keys.ts'
import type { RevocationList } from './revocations.ts'

const claims = z.object({
  sub: z.string(),
  sid: z.string(),
  username: z.string().optional(),
  exp: z.number(),
  scope: z.string().optional(),
})

/** Why a token cannot be told good: its key was published once and is not any more. Nothing may vouch for it. */
export const withdrawnKey = 'signed with a withdrawn key'

export interface TokenVerifierWorld {
  keys: AuthKeys
  config: () => AppConfig
  revocations: RevocationList
}

export class TokenVerifier {
  readonly #world: TokenVerifierWorld

  constructor(world: TokenVerifierWorld) {
    this.#world = world
  }

  /** Whether a token is good; `unknown` means that only auth can tell. */
  async verify(token: string): Promise<AuthResult<Identity>> {
    const { keys, revocations } = this.#world
    if (!revocations.loaded) return { kind: 'unknown', reason: 'no revocation list yet' }
    const result = await this.#check(token, await keys.current())
    if (result !== 'unknown-key') return result
    const again = await this.#check(token, await keys.lookUp())
    if (again !== 'unknown-key') return again
    const { kid } = decodeProtectedHeader(token)
    const withdrawn = kid !== undefined && keys.isWithdrawn(kid)
    return { kind: 'unknown', reason: withdrawn ? withdrawnKey : 'signed with an unknown key' }
  }

  async #check(token: string, keys: KeySet | undefined): Promise<AuthResult<Identity> | 'unknown-key'> {
    if (!keys) return { kind: 'unknown', reason: 'no keys' }
    const { issuer, audience } = this.#world.config()
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        typ: 'at+jwt',
        algorithms: ['EdDSA'],
      })
      const identity = identityOf(claims.parse(payload))
      if (this.#world.revocations.has(identity.session)) return { kind: 'invalid', reason: 'revoked' }
      return { kind: 'valid', value: identity }
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown-key'
      return { kind: 'invalid', reason: error instanceof errors.JOSEError ? error.code : 'claims missing' }
    }
  }
}
