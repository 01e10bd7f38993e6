/** Tokens that nobody may take for good: one good token's shape, each with something wrong. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose'

const issuer = 'https://auth.firebreak.test'
const audience = 'firebreak-apps'

export const forgeries = [
  'an unknown token',
  'a token of another key',
  'a token of another key under the name of the real one',
  'a token with alg none',
  'a token signed with the public key as a secret',
  'an expired token',
  'a token from the future',
  'a token for another audience',
  'a good token with a changed claim',
  'a token of two parts',
  'a very long token',
] as const
export type Forgery = (typeof forgeries)[number]

/** `good`: a real access token. `jwk`: a public key that auth publishes. */
export async function forge(good: string, jwk: { kid: string; x: string }): Promise<Record<Forgery, string>> {
  const own = generateKeyPairSync('ed25519').privateKey
  const now = Math.floor(Date.now() / 1000)
  const kid = decodeProtectedHeader(good).kid ?? jwk.kid
  const [head = '', body = '', signature = ''] = good.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
  const sign = (changes: object, key: KeyObject | Uint8Array = own, header: object = {}) =>
    new SignJWT({ ...claims, iat: now, exp: now + 600, ...changes })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'of-nobody', typ: 'at+jwt', ...header })
      .sign(key)
  const admin = Buffer.from(JSON.stringify({ ...claims, sub: 'admin' })).toString('base64url')
  return {
    'an unknown token': randomBytes(32).toString('base64url'),
    'a token of another key': await sign({}),
    'a token of another key under the name of the real one': await sign({}, own, { kid }),
    'a token with alg none': new UnsecuredJWT(claims)
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime('1h')
      .encode(),
    'a token signed with the public key as a secret': await sign(
      {},
      Buffer.concat([Buffer.from(jwk.x, 'base64url'), Buffer.alloc(32)]),
      { alg: 'HS256', kid },
    ),
    'an expired token': await sign({ iat: now - 700, exp: now - 100 }),
    'a token from the future': await sign({ nbf: now + 300 }),
    'a token for another audience': await sign({ aud: 'somebody-else' }),
    'a good token with a changed claim': [head, admin, signature].join('.'),
    'a token of two parts': `${head}.${body}`,
    'a very long token': 'a'.repeat(9_000),
  }
}
