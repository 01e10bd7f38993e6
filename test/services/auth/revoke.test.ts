import { afterEach, describe, expect, test, vi } from 'vitest'
import { sidOf } from '../../../services/auth/sessions.ts'
import { forgeAccessToken, otherIssuer, startAuthWithUser } from './helpers.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('revocation', () => {
  test.each(['session', 'access_token', 'refresh_token'])(
    'by %s ends the whole mobile session',
    async field => {
      const auth = await startAuthWithUser()
      const body = await auth.signIn('mobile')
      expect(await auth.form('/revoke', { token: body[field] })).toMatchObject({ status: 200, body: {} })
      expect(await auth.introspect(body.access_token)).toEqual({ active: false })
      expect((await auth.refresh(body.refresh_token)).body).toEqual({ error: 'invalid_grant' })
    },
  )

  test('ends a web session and leaves the others', async () => {
    const auth = await startAuthWithUser()
    const [ended, kept] = [await auth.signIn('web'), await auth.signIn('web')]
    await auth.form('/revoke', { token: ended.session })
    expect(await auth.introspect(ended.session)).toEqual({ active: false })
    expect(await auth.introspect(kept.session)).toMatchObject({ active: true })
  })

  test('counts while another issuer is configured', async () => {
    const auth = await startAuthWithUser()
    const [web, mobile] = [await auth.signIn('web'), await auth.signIn('mobile')]
    auth.setConfig({ issuer: otherIssuer, audience: 'others' })
    await auth.form('/revoke', { token: web.session })
    await auth.form('/revoke', { token: mobile.access_token })
    auth.setConfig({ issuer: 'https://auth.firebreak.test', audience: 'firebreak-apps' })
    expect(await auth.introspect(web.session)).toEqual({ active: false })
    expect(await auth.introspect(mobile.access_token)).toEqual({ active: false })
  })

  test('counts with an access token that has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const auth = await startAuthWithUser()
    const { access_token, refresh_token } = await auth.signIn('mobile')
    vi.setSystemTime(Date.now() + 60_000)
    await auth.form('/revoke', { token: access_token })
    expect((await auth.refresh(refresh_token)).status).toBe(400)
  })

  test('ignores, with 200, what is not ours', async () => {
    const auth = await startAuthWithUser()
    const { session, access_token } = await auth.signIn('mobile')
    const forged = await forgeAccessToken({
      store: auth.store,
      claims: { sid: sidOf(session) },
      foreignKey: true,
    })
    for (const token of ['x', 'a.b.c', 'A'.repeat(43), sidOf(session), forged])
      expect((await auth.form('/revoke', { token })).status).toBe(200)
    expect(await auth.introspect(access_token)).toMatchObject({ active: true })
    expect((await auth.send('/revocations')).body).toEqual({ revocations: [], next: 0 })
  })

  test('refuses a request without a token', async () => {
    const auth = await startAuthWithUser()
    const answer = await auth.form('/revoke', { token_type_hint: 'access_token' })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})

describe('the list of revocations', () => {
  test('goes on from where its reader was', async () => {
    const auth = await startAuthWithUser()
    const sessions: string[] = []
    for (let i = 0; i < 3; i += 1) sessions.push((await auth.signIn('web')).session)
    const [a = '', b = '', c = ''] = sessions
    await auth.form('/revoke', { token: b })
    await auth.form('/revoke', { token: a })
    const first = (await auth.send('/revocations?since=0')).body
    expect(first.revocations.map((entry: { sid: string }) => entry.sid)).toEqual([b, a].map(sidOf))
    await auth.form('/revoke', { token: c })
    await auth.form('/revoke', { token: c })
    const second = (await auth.send(`/revocations?since=${first.next}`)).body
    expect(second.revocations).toEqual([{ sid: sidOf(c), at: expect.any(Number), seq: second.next }])
    expect(second.next).toBeGreaterThan(first.next)
    const third = (await auth.send(`/revocations?since=${second.next}`)).body
    expect(third).toEqual({ revocations: [], next: second.next })
  })

  test('leaves out sessions that have ended anyway', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const auth = await startAuthWithUser()
    const { session, expiresAt } = await auth.signIn('web')
    await auth.form('/revoke', { token: session })
    vi.setSystemTime(expiresAt - 1)
    expect((await auth.send('/revocations')).body.revocations).toHaveLength(1)
    vi.setSystemTime(expiresAt)
    expect((await auth.send('/revocations')).body.revocations).toHaveLength(0)
  })

  test.each(['-1', '1.5', 'x', '', '99999999999999999'])('refuses since=%s', async since => {
    const auth = await startAuthWithUser()
    const answer = await auth.send(`/revocations?since=${since}`)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})
