/** Access tokens checked by their signature: what the app still knows while auth is away, and what it must not believe. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { defaultAppConfig } from '../../../services/app/app-config.ts'
import { RevocationList } from '../../../services/app/revocations.ts'
import { TokenVerifier } from '../../../services/app/token-verifier.ts'
import { createCaller } from '../../../services/common/caller.ts'
import { authUrl } from './world.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const published = await generateKeyPair('EdDSA', { extractable: true })
const foreign = await generateKeyPair('EdDSA', { extractable: true })

interface TokenParts {
  key?: typeof published.privateKey
  kid?: string
  typ?: string
  issuer?: string
  audience?: string
  expiresInS?: number
}

function tokenOf(parts: TokenParts = {}): Promise<string> {
  const { key = published.privateKey, kid = 'k1', typ = 'at+jwt', expiresInS = 60 } = parts
  return new SignJWT({ sid: 's1' })
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .setIssuer(parts.issuer ?? defaultAppConfig.issuer)
    .setAudience(parts.audience ?? defaultAppConfig.audience)
    .setSubject('u1')
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
    .sign(key)
}

/** A verifier that has read keys and revocations; then auth goes away, and requests to it are counted. */
async function verifierWhileAuthIsAway({ revoked = [] as string[] } = {}) {
  const jwk = { ...(await exportJWK(published.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }
  server.use(
    http.get(`${authUrl}/jwks`, () => HttpResponse.json({ keys: [jwk] })),
    http.get(`${authUrl}/revocations`, () =>
      HttpResponse.json({ revocations: revoked.map(sid => ({ sid })), next: revoked.length }),
    ),
  )
  const caller = createCaller(authUrl, { fetch, log: () => {}, mitigations: new Set() })
  const revocations = new RevocationList(caller, () => {})
  const verifier = new TokenVerifier({ caller, config: () => defaultAppConfig, revocations, log: () => {} })
  expect(await verifier.verify(await tokenOf())).toMatchObject({ kind: 'unknown' })
  await revocations.poll()
  expect(await verifier.verify(await tokenOf())).toMatchObject({
    kind: revoked.includes('s1') ? 'invalid' : 'valid',
  })
  const asked = { keys: 0 }
  server.resetHandlers(
    http.get(`${authUrl}/jwks`, () => {
      asked.keys += 1
      return HttpResponse.error()
    }),
  )
  return { verifier, asked }
}

describe('TokenVerifier', () => {
  test('knows a good token while auth is away', async () => {
    const { verifier } = await verifierWhileAuthIsAway()
    expect(await verifier.verify(await tokenOf())).toMatchObject({
      kind: 'valid',
      value: { subject: 'u1', session: 's1' },
    })
  })

  test('does not serve a revoked session', async () => {
    const { verifier } = await verifierWhileAuthIsAway({ revoked: ['s1'] })
    expect(await verifier.verify(await tokenOf())).toEqual({ kind: 'invalid', reason: 'revoked' })
  })

  test.each<[string, TokenParts]>([
    ['an expired token', { expiresInS: -1 }],
    ['a token of another issuer', { issuer: 'https://wrong.example' }],
    ['a token for another audience', { audience: 'somebody-else' }],
    ['a refresh token', { typ: 'rt+jwt' }],
    ['a token that another key signed under a published name', { key: foreign.privateKey }],
  ])('refuses %s', async (_what, parts) => {
    const { verifier } = await verifierWhileAuthIsAway()
    expect(await verifier.verify(await tokenOf(parts))).toMatchObject({ kind: 'invalid' })
  })

  test('refuses alg none', async () => {
    const { verifier } = await verifierWhileAuthIsAway()
    const [, payload] = (await tokenOf()).split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: 'k1', typ: 'at+jwt' })).toString(
      'base64url',
    )
    expect(await verifier.verify(`${header}.${payload}.`)).toMatchObject({ kind: 'invalid' })
  })

  test('calls a token with an unknown key unknown, and asks for keys once however many carry it', async () => {
    const { verifier, asked } = await verifierWhileAuthIsAway()
    // Past the cooldown of the first fetch.
    await new Promise(resolve => setTimeout(resolve, 1_050))
    const token = await tokenOf({ key: foreign.privateKey, kid: 'k2' })
    const results = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)))
    for (const result of results) expect(result.kind).toBe('unknown')
    await verifier.verify(token)
    // One fetch, tried twice by a caller without a retry budget.
    expect(asked.keys).toBe(2)
  })
})
