/** Phones that the app knows by itself: what their credential is worth while auth is there, and while it is not. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { turnOf } from '../../../services/app/device-check.ts'
import { createDeviceCredentials } from '../../../services/app/device-credential.ts'
import { chat } from '../../../services/app/roles/chat.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { active, type FakeAuth, fakeAuth, inactive } from './fake-auth.ts'
import { appWith, architectures, content, eventually, json, secret } from './world.ts'

/** A turn is half a minute. */
const config = { deviceCheckMs: 30_000 }

const session = 'x'.repeat(43)
const hour = 3_600_000

/** Chat, and what auth answers when it is asked about the session; undefined while auth is away. */
async function chatWith(names: readonly Mitigation[]) {
  const auth: { introspect: (() => Response) | undefined; revoked: string[] } = {
    introspect: () => active(),
    revoked: [],
  }
  const fake: FakeAuth = fakeAuth(({ path }) => {
    if (!auth.introspect) return undefined
    if (path === '/introspect') return auth.introspect()
    if (path === '/sign-in') return Response.json({ session, subject: 'u1', expiresAt: Date.now() + hour })
    if (path === '/revoke') return new Response(null)
    if (path !== '/revocations') return new Response(null, { status: 404 })
    const seq = auth.revoked.length
    return Response.json({ revocations: auth.revoked.map(sid => ({ sid, at: 1, seq })), next: seq })
  })
  const app = appWith(names, { role: chat, fetch: fake.fetch, config })
  const signIn = await app.fetch(json('/api/sign-in', { username: 'ada', password: 'right' }))
  expect(signIn.status).toBe(200)
  const granted = (await signIn.json()) as { device_credential: string; expires_in: number }
  const credential = granted.device_credential
  app.start()
  // The list has been read once the credential is served without a question.
  await eventually(async () => {
    fake.asked.length = 0
    const { status } = await app.fetch(content(credential))
    return status === 200 && fake.askedFor('/introspect').length === 0 ? true : undefined
  })
  const look = async () => (await app.fetch(content(credential))).status
  const questions = () => fake.askedFor('/introspect').length
  return { app, auth, fake, credential, granted, look, questions }
}

beforeEach(() => {
  // At the very beginning of a turn, so that the next one is as far as can be.
  let now = 1_790_000_000_000
  while (turnOf('s1', now, config.deviceCheckMs) === turnOf('s1', now - 1, config.deviceCheckMs)) now += 1
  vi.useFakeTimers({ now, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

describe.each(Object.entries(architectures))('in %s', (architecture, names) => {
  const hardened = architecture === 'hardened'

  test('a phone is served without a question until its turn has come, and asked about once then', async () => {
    const { app, look, questions, granted } = await chatWith(names)
    expect(granted.expires_in).toBe(3_600)
    pass(29_000)
    expect([await look(), questions()]).toEqual([200, 0])
    pass(1_500)
    expect([await look(), await look(), questions()]).toEqual([200, 200, 1])
    app.stop()
  })

  test("auth's explicit no ends the credential for good", async () => {
    const { app, auth, look } = await chatWith(names)
    pass(31_000)
    auth.introspect = () => inactive()
    expect(await look()).toBe(401)
    auth.introspect = undefined
    expect(await look()).toBe(401)
    app.stop()
  })

  test(`no answer from auth ${hardened ? 'changes nothing' : 'counts as a no'}`, async () => {
    const { app, auth, look } = await chatWith(names)
    auth.introspect = undefined
    expect(await look()).toBe(200)
    pass(31_000)
    expect(await look()).toBe(hardened ? 200 : 401)
    app.stop()
  })

  test('a revoked session is refused without a question', async () => {
    const { app, auth, look, questions } = await chatWith(names)
    auth.revoked.push('s1')
    await eventually(async () => ((await look()) === 401 ? true : undefined))
    expect(questions()).toBe(0)
    app.stop()
  })

  test('signing out ends the session at auth, and says so only when it did', async () => {
    const { app, auth, fake, credential } = await chatWith(names)
    const signOut = async () =>
      (await app.fetch(json('/api/sign-out', { device_credential: credential }))).status
    expect(await signOut()).toBe(204)
    expect(fake.askedFor('/revoke')[0]?.form.get('token')).toBe(session)
    auth.introspect = undefined
    expect(await signOut()).toBe(503)
    expect((await app.fetch(json('/api/sign-out', { device_credential: 'made up' }))).status).toBe(204)
    app.stop()
  })

  test('before the revocation list has been read, only auth can tell', async () => {
    const { app, credential } = await chatWith(names)
    app.stop()
    const restarted = (fake: FakeAuth) => appWith(names, { role: chat, fetch: fake.fetch, config })
    const known = fakeAuth(() => active())
    expect((await restarted(known).fetch(content(credential))).status).toBe(200)
    expect(known.askedFor('/introspect').length).toBe(1)
    const away = fakeAuth(() => undefined)
    expect((await restarted(away).fetch(content(credential))).status).toBe(hardened ? 503 : 401)
  })
})

test('a sign-in without an identity gives no credential, and closes the session that was opened', async () => {
  const fake = fakeAuth(({ path }) => {
    if (path === '/revoke') return new Response(null)
    return path === '/sign-in' ? Response.json({ session, subject: 'u1', expiresAt: Date.now() }) : undefined
  })
  const app = appWith(architectures.hardened, { role: chat, fetch: fake.fetch, config })
  const response = await app.fetch(json('/api/sign-in', { username: 'ada', password: 'right' }))
  expect(response.status).toBe(503)
  const revoked = await eventually(() => fake.askedFor('/revoke')[0])
  expect(revoked.form.get('token')).toBe(session)
})

describe('a device credential', () => {
  const identity = { subject: 'u1', session: 's1', username: 'ada', expiresAt: 1_800_000_000_000 }
  const seal = (bytes = secret, app = 'chat', expiresAt = identity.expiresAt) =>
    createDeviceCredentials(bytes, app).seal({
      identity: { ...identity, expiresAt },
      credential: session,
      issuedAt: Date.now(),
    })
  const open = (credential: string) => createDeviceCredentials(secret, 'chat').open(credential)

  test('holds what was put in, and shows none of it', async () => {
    const sealed = await seal()
    expect(await open(sealed)).toMatchObject({ identity, credential: session })
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('ada')
  })

  test('is no good with one bit changed, from another app, from another secret, or out of date', async () => {
    const sealed = await seal()
    const at = sealed.length - 30
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
    expect(await open(changed)).toBeUndefined()
    expect(await open(await seal(secret, 'feed'))).toBeUndefined()
    expect(await open(await seal(new Uint8Array(32)))).toBeUndefined()
    expect(await open(await seal(secret, 'chat', Date.now() - 1_000))).toBeUndefined()
  })
})

test('turns of sessions begin at different moments, and all last as long', () => {
  const changes = (name: string) => {
    const at: number[] = []
    for (let now = 1; now < 3_000; now += 1) {
      if (turnOf(name, now, 1_000) !== turnOf(name, now - 1, 1_000)) at.push(now)
    }
    return at
  }
  const all = Array.from({ length: 20 }, (_, i) => changes(`s${i}`))
  expect(new Set(all.map(([first]) => first)).size).toBeGreaterThan(5)
  for (const [first = 0, second = 0] of all) expect(second - first).toBe(1_000)
})
