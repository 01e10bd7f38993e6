import {
  type AuthStore,
  nextRevocationSeq,
  type Revocation,
  revocationPageMax,
  type Session,
  type SigningKey,
  type User,
} from './store.ts'

/** A store in this process's memory, with the visible behaviour of the PostgreSQL one. */
export function createMemoryStore(): AuthStore {
  const users = new Map<string, User>()
  const issuers = new Set<string>()
  const sessions = new Map<string, Session>()
  const revocations: Revocation[] = []
  const keys = new Map<number, SigningKey>()
  const userKey = (issuer: string, username: string) => JSON.stringify([issuer, username])

  return {
    async addUsers({ issuer, passwordHash, users: batch }) {
      const before = users.size
      for (const { username, subject } of batch) {
        const key = userKey(issuer, username)
        if (!users.has(key)) users.set(key, { issuer, username, subject, passwordHash })
        issuers.add(issuer)
      }
      return users.size - before
    },

    async findUser(issuer, username) {
      const user = users.get(userKey(issuer, username))
      return user && { ...user }
    },

    async hasUsers(issuer) {
      return issuers.has(issuer)
    },

    async addSession(session) {
      if (sessions.has(session.sid)) throw new Error(`session ${session.sid} exists already`)
      sessions.set(session.sid, { ...session, revokedAtMs: undefined })
    },

    async findSession(sid) {
      const session = sessions.get(sid)
      return session && { ...session }
    },

    async useRefreshToken({ sid, jti, parentJti, nowMs, expiresAtMs }) {
      const session = sessions.get(sid)
      if (session?.usedRefreshJti === undefined) return 'inactive'
      if (session.revokedAtMs !== undefined || session.expiresAtMs <= nowMs) return 'inactive'
      if (session.usedRefreshJti !== jti && session.usedRefreshJti !== parentJti) return 'reused'
      session.usedRefreshJti = jti
      session.expiresAtMs = Math.max(session.expiresAtMs, expiresAtMs)
      return 'rotated'
    },

    async revokeSession(sid, nowMs) {
      const session = sessions.get(sid)
      if (!session || session.revokedAtMs !== undefined) return false
      session.revokedAtMs = nowMs
      revocations.push({ sid, atMs: nowMs, seq: nextRevocationSeq(revocations.at(-1)?.seq ?? 0, nowMs) })
      return true
    },

    async revocationsAfter(seq, nowMs) {
      return revocations
        .filter(
          revocation => revocation.seq > seq && (sessions.get(revocation.sid)?.expiresAtMs ?? 0) > nowMs,
        )
        .slice(0, revocationPageMax)
    },

    async addSigningKey(key) {
      if (!keys.has(key.generation)) keys.set(key.generation, key)
    },

    async signingKeys() {
      return [...keys.values()].sort((a, b) => a.generation - b.generation)
    },
  }
}
