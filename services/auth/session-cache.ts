/**
 * Sessions in a cache beside the store: written with every change, and read before the store is.
 *
 * `record`: every session is in it, so that one that is not there does not exist. That is believed, also of a cache that is
 * empty for a reason of its own; `tri-state-auth-result`: it is no proof, and the store is asked. `look-aside`: what is
 * missing is read from the store and put there. A cache that does not answer is nobody's "no": the store is asked.
 */
import { z } from 'zod'
import type { Mitigations } from '../common/mitigations.ts'
import { type CacheClient, CacheUnavailable } from './cache-client.ts'
import type { ReadSession } from './replica-reads.ts'
import { type AuthStore, type Session, sessionKinds } from './store.ts'

export const cacheKinds = ['record', 'look-aside'] as const
export type CacheKind = (typeof cacheKinds)[number]

export interface SessionCacheWorld {
  kind: CacheKind
  cache: CacheClient
  store: AuthStore
  /** Reads what the cache does not have. */
  readSession: ReadSession
  mitigations: Mitigations
}

/** Longest time in the cache; a revocation is kept there as long, so that nothing older can come after it. */
const ttlMsMax = 600_000
const revoked = 'revoked'

const cachedSchema = z.object({
  sid: z.string(),
  kind: z.enum(sessionKinds),
  issuer: z.string(),
  subject: z.string(),
  username: z.string(),
  clientId: z.string(),
  scope: z.string().optional(),
  expiresAtMs: z.number(),
})

/** A store whose writes the cache learns of, and the reading of sessions through the cache. */
export function withSessionCache({ kind, cache, store, readSession, mitigations }: SessionCacheWorld): {
  store: AuthStore
  readSession: ReadSession
} {
  const believesAMiss = kind === 'record' && !mitigations.has('tri-state-auth-result')

  async function keep(session: Session): Promise<void> {
    const ttlMs = Math.min(ttlMsMax, session.expiresAtMs - Date.now())
    if (ttlMs <= 0 || session.revokedAtMs !== undefined) return
    const { sid, kind, issuer, subject, username, clientId, scope, expiresAtMs } = session
    const value = { sid, kind, issuer, subject, username, clientId, scope, expiresAtMs }
    await cache.put(keyOf(sid), value, Math.ceil(ttlMs))
  }

  async function load(sid: string): Promise<Session | undefined> {
    const session = await readSession(sid)
    if (session) await keep(session)
    return session
  }

  return {
    store: {
      ...store,
      async addSession(session) {
        await store.addSession(session)
        await keep({ ...session, revokedAtMs: undefined, recentRefreshes: [] })
      },
      async useRefreshToken(use) {
        const used = await store.useRefreshToken(use)
        const session = used ? await store.findSession(use.sid) : undefined
        if (session) await keep(session)
        return used
      },
      async revokeSession(sid, nowMs) {
        const done = await store.revokeSession(sid, nowMs)
        await cache.settle(keyOf(sid), revoked, ttlMsMax)
        return done
      },
    },
    async readSession(sid) {
      const cached = await lookUp(cache, sid)
      if (cached === 'unknown' || cached === revoked) return readSession(sid)
      if (cached) return cached
      return believesAMiss ? undefined : load(sid)
    },
  }
}

const keyOf = (sid: string) => `session:${sid}`

async function lookUp(
  cache: CacheClient,
  sid: string,
): Promise<Session | typeof revoked | 'unknown' | undefined> {
  try {
    const value = await cache.get(keyOf(sid))
    if (value === undefined || value === revoked) return value
    const parsed = cachedSchema.safeParse(value)
    if (!parsed.success || parsed.data.sid !== sid) return 'unknown'
    const { scope, ...session } = parsed.data
    return { ...session, scope, usedRefreshJti: undefined, revokedAtMs: undefined, recentRefreshes: [] }
  } catch (error) {
    if (error instanceof CacheUnavailable) return 'unknown'
    throw error
  }
}
