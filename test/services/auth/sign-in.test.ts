import { describe, expect, test } from 'vitest'
import { sidOf } from '../../../services/auth/sessions.ts'
import { otherIssuer, password, startAuth, startAuthWithUser } from './helpers.ts'

describe('sign-in', () => {
  test('on the web gives a session that is active', async () => {
    const auth = await startAuthWithUser()
    const before = Date.now()
    const { session, subject, expiresAt, ...rest } = await auth.signIn('web')
    expect(rest).toEqual({})
    expect(session).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(expiresAt).toBeGreaterThanOrEqual(before + 3600_000)
    expect(await auth.introspect(session)).toMatchObject({ active: true, sub: subject, username: 'user0' })
  })

  test('on mobile gives both tokens and the session id that ends them', async () => {
    const auth = await startAuthWithUser()
    const body = await auth.signIn('mobile')
    expect(Object.keys(body).sort()).toEqual(
      ['access_token', 'expires_in', 'refresh_token', 'session', 'subject', 'token_type'].sort(),
    )
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 20 })
    expect(await auth.introspect(body.access_token)).toMatchObject({
      active: true,
      sub: body.subject,
      sid: sidOf(body.session),
    })
  })

  test('keeps only the hash of the session id', async () => {
    const auth = await startAuthWithUser()
    const { session } = await auth.signIn('web')
    expect(await auth.store.findSession(session)).toBeUndefined()
    expect(await auth.store.findSession(sidOf(session))).toMatchObject({ username: 'user0' })
  })

  test('gives each session an id of its own', async () => {
    const auth = await startAuthWithUser()
    const sessions = [await auth.signIn('web'), await auth.signIn('web')].map(body => body.session)
    expect(new Set(sessions).size).toBe(2)
  })

  test('answers a wrong password and an unknown user alike', async () => {
    const auth = await startAuthWithUser()
    const wrong = await auth.json('/sign-in', { username: 'user0', password: 'guess', kind: 'web' })
    const unknown = await auth.json('/sign-in', { username: 'nobody', password, kind: 'web' })
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_credentials' } })
    expect(unknown.status).toBe(wrong.status)
    expect(unknown.body).toEqual(wrong.body)
    expect([...unknown.headers]).toEqual([...wrong.headers])
  })

  test('hashes the password of an unknown user too', async () => {
    const auth = await startAuthWithUser()
    const cpuMs = async (username: string) => {
      const start = process.cpuUsage()
      for (let i = 0; i < 20; i += 1)
        await auth.json('/sign-in', { username, password: 'guess', kind: 'web' })
      const { user, system } = process.cpuUsage(start)
      return (user + system) / 1000
    }
    await cpuMs('user0')
    expect(await cpuMs('nobody')).toBeGreaterThan(0.5 * (await cpuMs('user0')))
  })

  test('finds no user of another issuer, and says so as of a wrong password', async () => {
    const auth = await startAuthWithUser()
    auth.setConfig({ issuer: otherIssuer })
    const answer = await auth.json('/sign-in', { username: 'user0', password, kind: 'web' })
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_credentials' } })
    auth.setConfig({ issuer: 'https://auth.firebreak.test' })
    await auth.signIn('web')
  })

  test('takes lifetimes from the configuration of the moment', async () => {
    const auth = await startAuthWithUser()
    auth.setConfig({ sessionTtlS: 5, accessTokenTtlS: 7 })
    const { expiresAt } = await auth.signIn('web')
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + 5000)
    expect(await auth.signIn('mobile')).toMatchObject({ expires_in: 7 })
  })

  test('never gives an access token that outlives its session', async () => {
    const auth = await startAuthWithUser()
    auth.setConfig({ refreshTokenTtlS: 3, accessTokenTtlS: 100 })
    const { access_token, session } = await auth.signIn('mobile')
    const { exp } = await auth.introspect(access_token)
    const stored = await auth.store.findSession(sidOf(session))
    expect(exp * 1000).toBeLessThanOrEqual(stored?.expiresAtMs ?? 0)
  })

  test('fails, and opens no session, under a lifetime that is not a number', async () => {
    const auth = await startAuthWithUser()
    auth.setConfig({ sessionTtlS: 'soon' as unknown as number })
    const answer = await auth.json('/sign-in', { username: 'user0', password, kind: 'web' })
    expect(answer).toMatchObject({ status: 500, body: { error: 'server_error' } })
  })
})

describe('a malformed sign-in', () => {
  const good = { username: 'user0', password, kind: 'web' }
  test.each([
    ['no JSON', '{"username":', 'the body is not JSON'],
    ['an empty body', '', 'the body is not JSON'],
    ['an array', [], 'body'],
    ['null', 'null', 'body'],
    ['no username', { ...good, username: undefined }, 'username'],
    ['a username that is not text', { ...good, username: 7 }, 'username'],
    ['a username with a zero character', { ...good, username: 'user0\0' }, 'username'],
    ['half a character', { ...good, username: '\ud800' }, 'username'],
    ['a very long username', { ...good, username: 'u'.repeat(257) }, 'username'],
    ['an empty password', { ...good, password: '' }, 'password'],
    ['a very long password', { ...good, password: 'p'.repeat(1025) }, 'password'],
    ['an unknown kind', { ...good, kind: 'tv' }, 'kind'],
  ])('%s is refused', async (_title, body, problem) => {
    const auth = startAuth()
    const answer = await auth.json('/sign-in', body)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(answer.body.error_description).toContain(problem)
    expect(JSON.stringify(answer.body)).not.toContain(password)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', ''])(
    'content type "%s" is refused',
    async type => {
      const auth = startAuth()
      const answer = await auth.json('/sign-in', good, { 'content-type': type })
      expect(answer).toMatchObject({ status: 415, body: { error: 'unsupported_media_type' } })
    },
  )

  test('content type with a charset is taken', async () => {
    const auth = await startAuthWithUser()
    const answer = await auth.json('/sign-in', good, { 'content-type': 'Application/JSON; charset=utf-8' })
    expect(answer.status).toBe(200)
  })
})
