import type { Identity } from './auth-client.ts'

/**
 * `stale-session-grace`: remembers each session's last positive check and vouches for it while auth gives no answer.
 * It never vouches for a session that auth has called invalid since, that is on the revocation list, that has run
 * out, or that it has not seen: then nobody knows, and the credential is kept for later.
 */
export class SessionGrace {
  readonly #seen = new Map<string, { identity: Identity; checkedAt: number }>()
  readonly #max: number

  constructor({ max = 50_000 } = {}) {
    this.#max = max
  }

  /** Notes a positive check. */
  remember(credential: string, identity: Identity): void {
    // Re-inserted, so that the map's order is the order of last use and its first entry the one to drop.
    this.#seen.delete(credential)
    this.#seen.set(credential, { identity, checkedAt: Date.now() })
    const oldest = this.#seen.keys().next().value
    if (this.#seen.size > this.#max && oldest !== undefined) this.#seen.delete(oldest)
  }

  /** Notes that auth called the credential invalid, or that its user signed out. */
  forget(credential: string): void {
    this.#seen.delete(credential)
  }

  /** Whom a credential spoke for at its last check, if that is recent enough to go by. */
  vouch(credential: string, graceMs: number, isRevoked: (session: string) => boolean): Identity | undefined {
    const entry = this.#seen.get(credential)
    if (!entry) return undefined
    const now = Date.now()
    if (isRevoked(entry.identity.session) || entry.identity.expiresAt <= now) {
      this.#seen.delete(credential)
      return undefined
    }
    return now - entry.checkedAt <= graceMs ? entry.identity : undefined
  }
}
