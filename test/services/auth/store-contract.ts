import { describe, expect, test } from 'vitest'
import { type AuthStore, type NewSession, sessionKinds } from '../../../services/auth/store.ts'

let counter = 0
/** A name that no other test uses, since tests share a database. */
function fresh(word: string): string {
  counter += 1
  return `${word}-${counter}`
}

export function newSession(change: Partial<NewSession> = {}): NewSession {
  const sid = fresh('sid')
  const owner = {
    issuer: 'https://i',
    subject: 'subject',
    username: 'name',
    clientId: 'app',
    scope: undefined,
  }
  const common = { ...owner, expiresAtMs: 1_800_000_000_000 }
  return { sid, kind: 'mobile', usedRefreshJti: 'p', ...common, ...change }
}

async function batch(store: AuthStore, issuer: string, usernames: string[], passwordHash = 'hash') {
  const users = usernames.map(username => ({ username, subject: `subject of ${username}` }))
  return store.addUsers({ issuer, passwordHash, users })
}

/** What every store must do. `open` gives stores that see the same data. */
export function storeContract(open: () => AuthStore): void {
  describe('users', () => {
    test('belong to their issuer', async () => {
      const store = open()
      const [issuer, other] = [fresh('https://issuer'), fresh('https://issuer')]
      expect(await store.hasUsers(issuer)).toBe(false)
      expect(await batch(store, issuer, ['ann', 'bob'])).toBe(2)
      expect(await store.findUser(issuer, 'ann')).toEqual({
        issuer,
        username: 'ann',
        subject: 'subject of ann',
        passwordHash: 'hash',
      })
      expect(await store.findUser(other, 'ann')).toBeUndefined()
      expect(await store.findUser(issuer, 'Ann')).toBeUndefined()
      expect(await store.hasUsers(issuer)).toBe(true)
      expect(await store.hasUsers(other)).toBe(false)
    })

    test('that exist are left as they are', async () => {
      const store = open()
      const issuer = fresh('https://issuer')
      await batch(store, issuer, ['ann'], 'old')
      expect(await batch(store, issuer, ['ann', 'bob'], 'new')).toBe(1)
      expect((await store.findUser(issuer, 'ann'))?.passwordHash).toBe('old')
      expect((await store.findUser(issuer, 'bob'))?.passwordHash).toBe('new')
    })

    test('may have any printable name', async () => {
      const store = open()
      const issuer = fresh('https://issuer')
      const names = [`'; DROP TABLE users; --`, '{"a",b}', 'NULL', '\\', 'Zoë 🦊', 'a,b']
      expect(await batch(store, issuer, names)).toBe(names.length)
      for (const name of names) expect((await store.findUser(issuer, name))?.username).toBe(name)
    })

    test('come ten thousand at once', async () => {
      const names = Array.from({ length: 10_000 }, (_, n) => `user${n}`)
      expect(await batch(open(), fresh('https://issuer'), names)).toBe(10_000)
    })
  })

  describe('clients', () => {
    test('belong to their issuer, and those that exist are left as they are', async () => {
      const store = open()
      const issuer = fresh('https://issuer')
      const scopes = ['messages:read', '{"a",b}']
      const clientIds = ['one', 'two, "three"']
      expect(await store.addClients({ issuer, secretHash: 'h', scopes, clientIds })).toBe(2)
      const again = { issuer, secretHash: 'other', scopes: [], clientIds: ['one', 'four'] }
      expect(await store.addClients(again)).toBe(1)
      expect(await store.findClient(issuer, 'one')).toEqual({
        issuer,
        clientId: 'one',
        secretHash: 'h',
        scopes,
      })
      expect((await store.findClient(issuer, 'two, "three"'))?.scopes).toEqual(scopes)
      expect(await store.findClient(fresh('https://issuer'), 'one')).toBeUndefined()
    })
  })

  describe('sessions', () => {
    test.each(sessionKinds)('may be of kind %s', async kind => {
      const store = open()
      const session = newSession({ kind, scope: 'a b' })
      await store.addSession(session)
      expect(await store.findSession(session.sid)).toMatchObject({ kind, scope: 'a b', clientId: 'app' })
    })

    test.each(['p', undefined])('are given back as they were added (last used: %s)', async usedRefreshJti => {
      const store = open()
      const session = newSession({ usedRefreshJti })
      await store.addSession(session)
      expect(await store.findSession(session.sid)).toEqual({
        ...session,
        revokedAtMs: undefined,
        recentRefreshes: [],
      })
      expect(await store.findSession(fresh('sid'))).toBeUndefined()
    })

    test('cannot be added twice', async () => {
      const store = open()
      const session = newSession()
      await store.addSession(session)
      await expect(store.addSession(session)).rejects.toThrow()
    })
  })

  describe('refresh tokens', () => {
    const recentRefreshes = [{ jti: 'a', atMs: 1000 }]
    const use = { seenJti: 'p', jti: 'a', recentRefreshes, nowMs: 1000, expiresAtMs: 9000 }

    test('are used if the one last used is still the one that was seen', async () => {
      const store = open()
      const session = newSession({ expiresAtMs: 5000 })
      await store.addSession(session)
      expect(await store.useRefreshToken({ ...use, sid: session.sid, seenJti: 'o' })).toBe(false)
      expect(await store.findSession(session.sid)).toMatchObject({ usedRefreshJti: 'p', expiresAtMs: 5000 })
      expect(await store.useRefreshToken({ ...use, sid: session.sid })).toBe(true)
      expect(await store.findSession(session.sid)).toMatchObject({
        usedRefreshJti: 'a',
        recentRefreshes,
        expiresAtMs: 9000,
      })
      expect(await store.useRefreshToken({ ...use, sid: session.sid, jti: 'b' })).toBe(false)
    })

    test('never shorten a session', async () => {
      const store = open()
      const session = newSession({ expiresAtMs: 5000 })
      await store.addSession(session)
      expect(await store.useRefreshToken({ ...use, sid: session.sid, expiresAtMs: 2000 })).toBe(true)
      expect((await store.findSession(session.sid))?.expiresAtMs).toBe(5000)
    })

    test('of an unknown, ended, revoked or web session are not', async () => {
      const store = open()
      const ended = newSession({ expiresAtMs: 1000 })
      const revoked = newSession()
      const web = newSession({ kind: 'web', usedRefreshJti: undefined })
      for (const session of [ended, revoked, web]) await store.addSession(session)
      await store.revokeSession(revoked.sid, 1)
      for (const sid of [fresh('sid'), ended.sid, revoked.sid, web.sid])
        expect(await store.useRefreshToken({ ...use, sid })).toBe(false)
    })

    test('used at the same moment: one counts', async () => {
      const store = open()
      const session = newSession()
      await store.addSession(session)
      const uses = ['a', 'b', 'c'].map(jti => store.useRefreshToken({ ...use, jti, sid: session.sid }))
      expect((await Promise.all(uses)).filter(used => used)).toHaveLength(1)
    })
  })

  describe('pruning', () => {
    test('forgets what ended long ago, and so much at a time', async () => {
      const store = open()
      // Before the sessions of all other tests.
      const old = [1, 2, 3].map(() => newSession({ expiresAtMs: 10 }))
      const kept = newSession({ expiresAtMs: 20 })
      for (const session of [...old, kept]) await store.addSession(session)
      for (const { sid } of old) await store.revokeSession(sid, 5)
      expect(await store.pruneSessions(20, 2)).toBe(2)
      expect(await store.pruneSessions(20, 2)).toBe(1)
      expect(await store.pruneSessions(20, 2)).toBe(0)
      for (const { sid } of old) expect(await store.findSession(sid)).toBeUndefined()
      expect(await store.findSession(kept.sid)).toBeDefined()
      expect((await store.revocationsAfter(0, 0)).map(({ sid }) => sid)).not.toContain(old[0]?.sid)
    })
  })

  describe('revocations', () => {
    test('happen once', async () => {
      const store = open()
      const session = newSession()
      await store.addSession(session)
      expect(await store.revokeSession(session.sid, 1000)).toBe(true)
      expect(await store.revokeSession(session.sid, 2000)).toBe(false)
      expect(await store.revokeSession(fresh('sid'), 2000)).toBe(false)
      expect((await store.findSession(session.sid))?.revokedAtMs).toBe(1000)
    })

    test('of one session at the same moment happen once', async () => {
      const store = open()
      const session = newSession()
      await store.addSession(session)
      const results = await Promise.all([1, 2, 3, 4].map(now => store.revokeSession(session.sid, now)))
      expect(results.filter(done => done)).toHaveLength(1)
    })

    test('are listed in order, after a number, while their sessions would live', async () => {
      const store = open()
      const start = (await store.revocationsAfter(0, 0)).at(-1)?.seq ?? 0
      const [a, b, ended] = [newSession(), newSession(), newSession({ expiresAtMs: 2000 })]
      for (const session of [a, ended, b]) await store.addSession(session)
      for (const { sid } of [a, ended, b]) await store.revokeSession(sid, 1500)
      const listed = await store.revocationsAfter(start, 2000)
      expect(listed.map(({ sid, atMs }) => [sid, atMs])).toEqual([
        [a.sid, 1500],
        [b.sid, 1500],
      ])
      const [first, second] = listed
      expect(second?.seq).toBeGreaterThan(first?.seq ?? 0)
      expect(await store.revocationsAfter(first?.seq ?? 0, 2000)).toEqual([second])
      expect((await store.revocationsAfter(start, 1999)).map(({ sid }) => sid)).toContain(ended.sid)
    })

    test('have numbers that follow the clock forwards and never go back', async () => {
      const store = open()
      const sessions = [newSession(), newSession(), newSession()]
      for (const session of sessions) await store.addSession(session)
      const start = (await store.revocationsAfter(0, 0)).at(-1)?.seq ?? 0
      const ahead = start + 1_000_000
      for (const [index, nowMs] of [ahead, ahead, 5].entries())
        await store.revokeSession(sessions[index]?.sid ?? '', nowMs)
      const seqs = (await store.revocationsAfter(start, 0)).map(({ seq }) => seq)
      expect(seqs).toEqual([ahead, ahead + 1, ahead + 2])
    })

    test('made at the same moment are missed by no reader', async () => {
      const store = open()
      const sessions = Array.from({ length: 200 }, () => newSession())
      for (const session of sessions) await store.addSession(session)
      let since = (await store.revocationsAfter(0, 0)).at(-1)?.seq ?? 0
      const seen: string[] = []
      const read = async () => {
        const page = await store.revocationsAfter(since, 0)
        seen.push(...page.map(({ sid }) => sid))
        since = page.at(-1)?.seq ?? since
      }
      let done = false
      const writing = Promise.all(sessions.map(({ sid }) => store.revokeSession(sid, 1))).then(() => {
        done = true
      })
      while (!done) {
        await read()
        await new Promise(resolve => setImmediate(resolve))
      }
      await writing
      await read()
      expect(seen.sort()).toEqual(sessions.map(({ sid }) => sid).sort())
    })
  })

  describe('signing keys', () => {
    const privateJwk = { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'd' }
    const key = { privateJwk, signsFromMs: 5, dropsOlderFromMs: undefined }

    test('of one generation: the first stays, whoever else comes', async () => {
      const stores = [open(), open(), open()]
      await Promise.all(
        stores.map((store, n) => store.addSigningKey({ ...key, generation: 1, kid: `k${n}` })),
      )
      const seen = await Promise.all(stores.map(store => store.signingKeys()))
      expect(seen[0]).toHaveLength(1)
      expect(seen[1]).toEqual(seen[0])
      expect(seen[2]).toEqual(seen[0])
      expect(seen[0]?.[0]).toMatchObject({ ...key, removedAtMs: undefined })
      await stores[0]?.addSigningKey({ ...key, generation: 1, kid: 'late' })
      expect(await stores[1]?.signingKeys()).toEqual(seen[0])
    })

    test('come oldest generation first', async () => {
      const store = open()
      for (const generation of [3, 2])
        await store.addSigningKey({ ...key, generation, kid: `g${generation}`, dropsOlderFromMs: generation })
      const generations = (await store.signingKeys()).map(key => key.generation)
      expect(generations).toEqual([...generations].sort((a, b) => a - b))
      expect(generations.slice(-2)).toEqual([2, 3])
      expect((await store.signingKeys()).at(-1)?.dropsOlderFromMs).toBe(3)
    })

    test('that were removed stay listed, with the time of the first removal', async () => {
      const store = open()
      await store.addSigningKey({ ...key, generation: 4, kid: 'g4' })
      await store.removeSigningKey('g4', 700)
      await store.removeSigningKey('g4', 900)
      await store.removeSigningKey('no such key', 900)
      expect((await store.signingKeys()).find(({ kid }) => kid === 'g4')?.removedAtMs).toBe(700)
      expect((await store.signingKeys()).find(({ kid }) => kid === 'g3')?.removedAtMs).toBeUndefined()
    })
  })
}
