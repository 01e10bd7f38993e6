import {
  type AuthStore,
  type Client,
  type ClientStore,
  type KeyStore,
  nextRevocationSeq,
  type Revocation,
  type RevocationStore,
  revocationPageMax,
  type Session,
  type SessionStore,
  type SigningKey,
  sessionKinds,
  type User,
  type UserStore,
} from '../../../services/auth/store.ts'

/** A store in this process's memory, with the visible behaviour of the PostgreSQL one. */
export function createMemoryStore(): AuthStore {
  const sessions = new Map<string, Session>()
  const settings = new Map<string, unknown>([['credential-kinds', [...sessionKinds]]])
  return {
    ...userStore(),
    ...clientStore(),
    ...sessionStore(sessions),
    ...revocationStore(sessions),
    ...keyStore(),
    findSetting: async name => settings.get(name),
  }
}

const nameIn = (issuer: string, name: string) => JSON.stringify([issuer, name])

function userStore(): UserStore {
  const users = new Map<string, User>()
  const issuers = new Set<string>()
  return {
    async addUsers({ issuer, passwordHash, users: batch }) {
      const before = users.size
      for (const { username, subject } of batch) {
        const key = nameIn(issuer, username)
        if (!users.has(key)) users.set(key, { issuer, username, subject, passwordHash })
        issuers.add(issuer)
      }
      return users.size - before
    },
    async findUser(issuer, username) {
      const user = users.get(nameIn(issuer, username))
      return user && { ...user }
    },
    async hasUsers(issuer) {
      return issuers.has(issuer)
    },
  }
}

function clientStore(): ClientStore {
  const clients = new Map<string, Client>()
  return {
    async addClients({ issuer, secretHash, scopes, clientIds }) {
      const before = clients.size
      for (const clientId of clientIds) {
        const key = nameIn(issuer, clientId)
        if (!clients.has(key)) clients.set(key, { issuer, clientId, secretHash, scopes })
      }
      return clients.size - before
    },
    async findClient(issuer, clientId) {
      const client = clients.get(nameIn(issuer, clientId))
      return client && { ...client }
    },
  }
}

function sessionStore(sessions: Map<string, Session>): SessionStore {
  return {
    async addSession(session) {
      if (sessions.has(session.sid)) throw new Error(`session ${session.sid} exists already`)
      sessions.set(session.sid, { ...session, revokedAtMs: undefined, recentRefreshes: [] })
    },
    async findSession(sid) {
      const session = sessions.get(sid)
      return session && { ...session }
    },
    async useRefreshToken({ sid, seenJti, jti, recentRefreshes, nowMs, expiresAtMs }) {
      const session = sessions.get(sid)
      if (session?.usedRefreshJti !== seenJti) return false
      if (session.revokedAtMs !== undefined || session.expiresAtMs <= nowMs) return false
      session.usedRefreshJti = jti
      session.recentRefreshes = recentRefreshes
      session.expiresAtMs = Math.max(session.expiresAtMs, expiresAtMs)
      return true
    },
    async pruneSessions(beforeMs, max) {
      const ended = [...sessions.values()].filter(({ expiresAtMs }) => expiresAtMs < beforeMs).slice(0, max)
      for (const { sid } of ended) sessions.delete(sid)
      return ended.length
    },
  }
}

function revocationStore(sessions: ReadonlyMap<string, Session>): RevocationStore {
  let revocations: Revocation[] = []
  let last = 0
  return {
    async revokeSession(sid, nowMs) {
      const session = sessions.get(sid)
      if (!session || session.revokedAtMs !== undefined) return false
      session.revokedAtMs = nowMs
      last = nextRevocationSeq(last, nowMs)
      revocations.push({ sid, atMs: nowMs, seq: last })
      return true
    },
    async revocationsAfter(seq, nowMs) {
      revocations = revocations.filter(({ sid }) => sessions.has(sid))
      return revocations
        .filter(({ sid, seq: its }) => its > seq && (sessions.get(sid)?.expiresAtMs ?? 0) > nowMs)
        .slice(0, revocationPageMax)
    },
  }
}

function keyStore(): KeyStore {
  const keys = new Map<number, SigningKey>()
  return {
    async addSigningKey(key) {
      if (!keys.has(key.generation)) keys.set(key.generation, { ...key, removedAtMs: undefined })
    },
    async removeSigningKey(kid, nowMs) {
      for (const key of keys.values()) if (key.kid === kid) key.removedAtMs ??= nowMs
    },
    async signingKeys() {
      return [...keys.values()].map(key => ({ ...key })).sort((a, b) => a.generation - b.generation)
    },
  }
}
