import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { metadataPath, otherIssuer, startAuth, startAuthWithUser } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

describe('the key set', () => {
  test('lists public keys only, and may be kept for a while', async () => {
    const { headers, body } = await startAuth().send('/jwks')
    expect(headers.get('cache-control')).toBe('public, max-age=10')
    expect(body).toEqual({
      keys: [
        {
          kty: 'OKP',
          crv: 'Ed25519',
          x: expect.any(String),
          kid: expect.any(String),
          alg: 'EdDSA',
          use: 'sig',
        },
      ],
    })
  })

  test('verifies an access token without asking auth', async () => {
    const auth = await startAuthWithUser()
    const { access_token, subject } = await auth.signIn('mobile')
    const keys = createLocalJWKSet((await auth.send('/jwks')).body)
    const { payload } = await jwtVerify(access_token, keys, {
      issuer: 'https://auth.firebreak.test',
      audience: 'firebreak-apps',
      typ: 'at+jwt',
      algorithms: ['EdDSA'],
    })
    expect(payload.sub).toBe(subject)
  })

  test('is one and the same for processes that start together', async () => {
    const store = createMemoryStore()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => startAuth({ store })).map(auth => auth.send('/jwks')),
    )
    expect(new Set(answers.map(answer => answer.body.keys[0].kid)).size).toBe(1)
  })

  test('lets one process verify what another signed', async () => {
    const store = createMemoryStore()
    const [a, b] = [await startAuthWithUser({ store }), startAuth({ store })]
    const { access_token, refresh_token } = await a.signIn('mobile')
    expect(await b.introspect(access_token)).toMatchObject({ active: true })
    expect((await b.refresh(refresh_token)).status).toBe(200)
  })
})

describe('metadata', () => {
  test('names the endpoints under the issuer of the moment', async () => {
    const auth = startAuth()
    expect((await auth.send(metadataPath)).body).toMatchObject({
      issuer: 'https://auth.firebreak.test',
      token_endpoint: 'https://auth.firebreak.test/token',
      jwks_uri: 'https://auth.firebreak.test/jwks',
      introspection_endpoint: 'https://auth.firebreak.test/introspect',
      revocation_endpoint: 'https://auth.firebreak.test/revoke',
      scopes_supported: ['messages:read', 'messages:write'],
      grant_types_supported: ['refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
    })
    auth.setConfig({ issuer: `${otherIssuer}/` })
    expect((await auth.send(metadataPath)).body.token_endpoint).toBe(`${otherIssuer}/token`)
  })
})
