import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { basicHeader } from '../../../services/common/bearer.ts'
import { basicOfFeed, otherIssuer, services, startAuth, startAuthWithUser } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

afterEach(() => {
  vi.useRealTimers()
})

/**
 * A device's refresh tokens by name: `r0` comes with the sign-in, and `r0>r1` presents r0 and calls the answer r1.
 * `r0!` presents r0 and expects invalid_grant. Gives the device's access token last issued.
 */
async function play(auth: Awaited<ReturnType<typeof startAuthWithUser>>, steps: readonly string[]) {
  const first = await auth.signIn('mobile')
  const tokens = new Map<string, string>([['r0', first.refresh_token]])
  let accessToken: string = first.access_token
  for (const step of steps) {
    const [, presented = '', given] = /^(\w+)(?:>(\w+)|!)$/.exec(step) ?? []
    const { status, body } = await auth.refresh(tokens.get(presented) ?? '')
    if (given === undefined) {
      expect([step, status, body]).toEqual([step, 400, { error: 'invalid_grant' }])
    } else {
      expect([step, status]).toEqual([step, 200])
      tokens.set(given, body.refresh_token)
      accessToken = body.access_token
    }
  }
  return accessToken
}

describe('refresh', () => {
  test('answers as RFC 6749 says, with a new pair', async () => {
    const auth = await startAuthWithUser()
    const first = await auth.signIn('mobile')
    const { status, headers, body } = await auth.refresh(first.refresh_token)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'refresh_token', 'token_type'])
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 20 })
    expect(body.refresh_token).not.toBe(first.refresh_token)
    expect(await auth.introspect(body.access_token)).toMatchObject({ active: true, sub: first.subject })
  })

  test('signs tokens with their type, key and claims', async () => {
    const auth = await startAuthWithUser()
    const { access_token, refresh_token, subject } = await auth.signIn('mobile')
    const { keys } = (await auth.send('/jwks')).body
    const claims = {
      iss: 'https://auth.firebreak.test',
      aud: 'firebreak-apps',
      sub: subject,
      sid: expect.any(String),
      client_id: 'feed',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
    }
    expect(decodeProtectedHeader(access_token)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: keys[0].kid })
    expect(decodeProtectedHeader(refresh_token)).toEqual({ alg: 'EdDSA', typ: 'rt+jwt', kid: keys[0].kid })
    expect(decodeJwt(access_token)).toEqual(claims)
    expect(decodeJwt(refresh_token)).toEqual({ ...claims, parent: 'sign-in' })
  })

  describe('rotation keeps the session alive when', () => {
    test.each([
      ['every answer arrives', ['r0>r1', 'r1>r2', 'r2>r3']],
      ['an answer is lost once', ['r0>lost', 'r0>r1', 'r1>r2']],
      ['answers are lost many times', ['r0>lost', 'r0>lost', 'r0>lost', 'r0>r1', 'r1>r2']],
      ['an answer is lost later on', ['r0>r1', 'r1>lost', 'r1>r2', 'r2>r3']],
      ['the earlier of two answers is the one that counts', ['r0>r1', 'r0>late', 'r1>r2', 'r2>r3']],
    ])('%s', async (_title, steps) => {
      const auth = await startAuthWithUser()
      expect(await auth.introspect(await play(auth, steps))).toMatchObject({ active: true })
      expect(auth.lines.map(line => line.event)).not.toContain('refresh-token-reused')
    })
  })

  describe('a token that was used lately and comes again', () => {
    test.each([
      ['once more after its successor', ['r0>r1', 'r1>r2', 'r0>r3', 'r3>r4']],
      ['long overtaken', ['r0>r1', 'r1>r2', 'r2>r3', 'r3>r4', 'r0>late', 'late>r5']],
      ['while the device goes on', ['r0>r1', 'r1>r2', 'r0>late', 'r2>r3', 'r3>r4']],
    ])('gets a pair that works (%s)', async (_title, steps) => {
      const auth = await startAuthWithUser()
      expect(await auth.introspect(await play(auth, steps))).toMatchObject({ active: true })
      expect((await auth.send('/revocations')).body.revocations).toHaveLength(0)
    })

    test('does so across two processes that race', async () => {
      const store = createMemoryStore()
      const [a, b] = [await startAuthWithUser({ store }), startAuth({ store })]
      let token = (await a.signIn('mobile')).refresh_token
      for (let turn = 0; turn < 10; turn += 1) {
        const answers = await Promise.all([a, b, a, b].map(auth => auth.refresh(token)))
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
        token = answers[turn % 4]?.body.refresh_token
      }
      expect((await a.send('/revocations')).body.revocations).toHaveLength(0)
    })

    test('gets a pair however late, as long as the one given for it was not used: its answer may have been lost', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
      const auth = await startAuthWithUser()
      const first = await auth.signIn('mobile')
      await auth.refresh(first.refresh_token)
      vi.setSystemTime(Date.now() + 600_000)
      const again = await auth.refresh(first.refresh_token)
      expect(again.status).toBe(200)
      expect((await auth.refresh(again.body.refresh_token)).status).toBe(200)
      expect((await auth.send('/revocations')).body.revocations).toHaveLength(0)
    })

    test('ends the session once its successor was used and the grace is over', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
      const auth = await startAuthWithUser()
      const first = await auth.signIn('mobile')
      const second = await auth.refresh(first.refresh_token)
      const third = await auth.refresh(second.body.refresh_token)
      vi.setSystemTime(Date.now() + 9_999)
      expect((await auth.refresh(first.refresh_token)).status).toBe(200)
      vi.setSystemTime(Date.now() + 1)
      expect((await auth.refresh(first.refresh_token)).body).toEqual({ error: 'invalid_grant' })
      expect((await auth.refresh(third.body.refresh_token)).body).toEqual({ error: 'invalid_grant' })
      expect((await auth.send('/revocations')).body.revocations).toHaveLength(1)
    })
  })

  describe('rotation revokes the session when', () => {
    test.each([
      [
        'a thief and the device both go on from one token',
        ['r0>device', 'r0>thief', 'device>d2', 'thief!', 'd2!'],
      ],
      ['the thief was first', ['r0>thief', 'r0>device', 'thief>t2', 'device!', 't2!']],
      [
        'a repeated answer is used after its successor',
        ['r0>r1', 'r0>late', 'r1>r2', 'r2>r3', 'late!', 'r3!'],
      ],
    ])('%s', async (_title, steps) => {
      const auth = await startAuthWithUser()
      expect(await auth.introspect(await play(auth, steps))).toEqual({ active: false })
      expect(auth.lines.filter(line => line.event === 'refresh-token-reused')).toHaveLength(1)
      expect((await auth.send('/revocations')).body.revocations).toHaveLength(1)
    })

    test.each([
      ['one just used', ['r0>r1', 'r0!', 'r1!']],
      ['one older than the last used', ['r0>r1', 'r1>r2', 'r0!', 'r2!', 'r1!']],
      ['a much older one', ['r0>r1', 'r1>r2', 'r2>r3', 'r0!', 'r3!']],
    ])('there is no grace, and %s comes again', async (_title, steps) => {
      const auth = await startAuthWithUser()
      auth.setConfig({ refreshGraceS: 0 })
      expect(await auth.introspect(await play(auth, steps))).toEqual({ active: false })
      expect((await auth.send('/revocations')).body.revocations).toHaveLength(1)
    })
  })

  test('lets one of two successors win that are used at the same moment, and then ends the session', async () => {
    const auth = await startAuthWithUser()
    const { refresh_token } = await auth.signIn('mobile')
    const [device, thief] = [await auth.refresh(refresh_token), await auth.refresh(refresh_token)]
    const answers = await Promise.all([device, thief].map(({ body }) => auth.refresh(body.refresh_token)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
    expect((await auth.send('/revocations')).body.revocations).toHaveLength(1)
  })

  test('is refused to another client than the token was given to', async () => {
    const auth = await startAuthWithUser()
    const { refresh_token } = await auth.signIn('mobile')
    const fields = { grant_type: 'refresh_token', refresh_token }
    const photos = { authorization: basicHeader({ id: 'photos', secret: services.photos }) }
    const refused = [
      await auth.form('/token', { ...fields, client_id: 'photos' }),
      await auth.form('/token', fields, photos),
    ]
    for (const answer of refused)
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    for (const headers of [basicOfFeed, {}])
      expect((await auth.form('/token', { ...fields, client_id: 'feed' }, headers)).status).toBe(200)
  })

  test('takes no scope, as the session has none', async () => {
    const auth = await startAuthWithUser()
    const { refresh_token } = await auth.signIn('mobile')
    const fields = { grant_type: 'refresh_token', refresh_token, scope: 'messages:read' }
    expect(await auth.form('/token', fields)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })

  test('gives both of two simultaneous uses of one token an answer', async () => {
    const auth = await startAuthWithUser()
    const { refresh_token } = await auth.signIn('mobile')
    const answers = await Promise.all([auth.refresh(refresh_token), auth.refresh(refresh_token)])
    expect(answers.map(answer => answer.status)).toEqual([200, 200])
    for (const { body } of answers)
      expect(await auth.introspect(body.access_token)).toMatchObject({ active: true })
  })

  test('lengthens the session, and ends with it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const auth = await startAuthWithUser()
    auth.setConfig({ refreshTokenTtlS: 100 })
    const first = await auth.signIn('mobile')
    vi.setSystemTime(Date.now() + 90_000)
    const second = await auth.refresh(first.refresh_token)
    expect(second.status).toBe(200)
    vi.setSystemTime(Date.now() + 90_000)
    const third = await auth.refresh(second.body.refresh_token)
    expect(third.status).toBe(200)
    vi.setSystemTime(Date.now() + 100_000)
    expect(await auth.refresh(third.body.refresh_token)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
  })

  test('is refused under another issuer or audience, and accepted again afterwards', async () => {
    const auth = await startAuthWithUser()
    const { refresh_token } = await auth.signIn('mobile')
    for (const change of [{ issuer: otherIssuer }, { audience: 'others' }]) {
      const before = auth.config()
      auth.setConfig(change)
      expect(await auth.refresh(refresh_token)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant' },
      })
      auth.setConfig(before)
    }
    expect((await auth.refresh(refresh_token)).status).toBe(200)
  })

  test('is refused after revocation', async () => {
    const auth = await startAuthWithUser()
    const { refresh_token, session } = await auth.signIn('mobile')
    await auth.form('/revoke', { token: session })
    expect((await auth.refresh(refresh_token)).body).toEqual({ error: 'invalid_grant' })
    expect(auth.lines.map(line => line.event)).not.toContain('refresh-token-reused')
  })

  test('takes neither an access token nor a session id for a refresh token', async () => {
    const auth = await startAuthWithUser()
    const { access_token, session } = await auth.signIn('mobile')
    for (const token of [access_token, session, 'nonsense', 'a.b.c'])
      expect(await auth.refresh(token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})

describe('a malformed token request', () => {
  test.each<[string, [string, string][], string]>([
    ['no grant_type', [['refresh_token', 'x']], 'invalid_request'],
    ['no refresh_token', [['grant_type', 'refresh_token']], 'invalid_request'],
    [
      'an empty refresh_token',
      [
        ['grant_type', 'refresh_token'],
        ['refresh_token', ''],
      ],
      'invalid_request',
    ],
    [
      'another grant',
      [
        ['grant_type', 'password'],
        ['username', 'u'],
      ],
      'unsupported_grant_type',
    ],
    [
      'a field given twice',
      [
        ['grant_type', 'refresh_token'],
        ['refresh_token', 'x'],
        ['refresh_token', 'y'],
      ],
      'invalid_request',
    ],
  ])('%s is refused', async (_title, fields, error) => {
    const auth = await startAuthWithUser()
    const answer = await auth.form('/token', fields)
    expect(answer).toMatchObject({ status: 400, body: { error } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('a JSON body is refused', async () => {
    const auth = await startAuthWithUser()
    const answer = await auth.json('/token', { grant_type: 'refresh_token', refresh_token: 'x' })
    expect(answer).toMatchObject({ status: 415, body: { error: 'unsupported_media_type' } })
  })
})
