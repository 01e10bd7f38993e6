/** Access tokens checked by their signature: what the app still knows while auth is away, and what it must not believe. */
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { defaultAppConfig } from '../../../services/app/app-config.ts'
import { AuthKeys } from '../../../services/app/auth-keys.ts'
import { RevocationList } from '../../../services/app/revocations.ts'
import { TokenVerifier } from '../../../services/app/token-verifier.ts'
import { createPlaces } from '../../../services/common/bulkhead.ts'
import { createCaller } from '../../../services/common/caller.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { newKey, type Pair, published, type TokenParts, tokenOf } from './tokens.ts'
import { authUrl } from './world.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const own = await newKey()
const foreign = await newKey()

/** A verifier that has read keys and revocations; then auth goes away, and requests to it are counted. */
async function verifierWhileAuthIsAway({ revoked = [] as string[] } = {}) {
  const jwk = await published('k1', own)
  server.use(
    http.get(`${authUrl}/jwks`, () => HttpResponse.json({ keys: [jwk] })),
    http.get(`${authUrl}/revocations`, () =>
      HttpResponse.json({ revocations: revoked.map(sid => ({ sid })), next: revoked.length }),
    ),
  )
  const mitigations = new Set<Mitigation>(['jwks-overlap'])
  const log = () => {}
  const places = createPlaces(mitigations)
  const caller = createCaller({ endpoints: () => [authUrl], name: 'auth', fetch, log, mitigations, places })
  const config = () => defaultAppConfig
  const revocations = new RevocationList(caller, log)
  const keys = new AuthKeys({ caller, config, mitigations, log })
  const verifier = new TokenVerifier({ keys, config, revocations })
  expect(await verifier.verify(await tokenOf(own))).toMatchObject({ kind: 'unknown' })
  await revocations.poll()
  expect(await verifier.verify(await tokenOf(own))).toMatchObject({
    kind: revoked.includes('s1') ? 'invalid' : 'valid',
  })
  server.resetHandlers(http.get(`${authUrl}/jwks`, () => HttpResponse.error()))
  return verifier
}

describe('TokenVerifier', () => {
  test('knows a good token while auth is away', async () => {
    const verifier = await verifierWhileAuthIsAway()
    const token = await tokenOf(own, { claims: { scope: 'messages:read', username: 'ada' } })
    expect(await verifier.verify(token)).toMatchObject({
      kind: 'valid',
      value: { subject: 'u1', session: 's1', username: 'ada', scope: 'messages:read' },
    })
  })

  test('does not serve a revoked session', async () => {
    const verifier = await verifierWhileAuthIsAway({ revoked: ['s1'] })
    expect(await verifier.verify(await tokenOf(own))).toEqual({ kind: 'invalid', reason: 'revoked' })
  })

  test.each<[string, TokenParts & { key?: Pair }]>([
    ['an expired token', { expiresInS: -1 }],
    ['a token from the future', { notBeforeInS: 60 }],
    ['a token of another issuer', { issuer: 'https://wrong.example' }],
    ['a token for another audience', { audience: 'somebody-else' }],
    ['a refresh token', { typ: 'rt+jwt' }],
    ['a token without a session', { claims: { sid: 7 } }],
    ['a token that another key signed under a published name', { key: foreign }],
  ])('refuses %s', async (_what, { key = own, ...parts }) => {
    const verifier = await verifierWhileAuthIsAway()
    expect(await verifier.verify(await tokenOf(key, parts))).toMatchObject({ kind: 'invalid' })
  })

  test('refuses alg none', async () => {
    const verifier = await verifierWhileAuthIsAway()
    const [, payload] = (await tokenOf(own)).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: 'k1', typ: 'at+jwt' })).toString(
      'base64url',
    )
    expect(await verifier.verify(`${header}.${payload}.`)).toMatchObject({ kind: 'invalid' })
  })

  test('calls a token with an unknown key unknown', async () => {
    const verifier = await verifierWhileAuthIsAway()
    const result = await verifier.verify(await tokenOf(foreign, { kid: 'k2' }))
    expect(result).toEqual({ kind: 'unknown', reason: 'signed with an unknown key' })
  })
})
