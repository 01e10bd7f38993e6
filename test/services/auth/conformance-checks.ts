/**
 * Whether an auth speaks OAuth as a foreign client understands it: oauth4webapi, which knows nothing of this project
 * and validates every answer. The checks need an address and accounts, so that they run against an auth in this
 * process as well as against a whole stack. They only add sessions; what they revoke they have opened themselves.
 */
import * as oauth from 'oauth4webapi'
import { expect } from 'vitest'
import { basicHeader } from '../../../services/common/bearer.ts'

export interface ConformanceTarget {
  /** Where the auth listens: `http://127.0.0.1:4711`. */
  baseUrl: string
  /** What it calls itself, and what its tokens are for. */
  issuer: string
  audience: string
  /** One of the services that it was started with. */
  service: { id: string; secret: string }
  /** A system client, with all its scopes. */
  system: { id: string; secret: string; scopes: readonly string[] }
  user: { username: string; password: string }
}

export interface ConformanceCheck {
  name: string
  /** Rejects if the check fails. */
  run(): Promise<void>
}

export function conformanceChecks(target: ConformanceTarget): ConformanceCheck[] {
  const party = new ForeignParty(target)
  return [
    { name: 'discovery (RFC 8414)', run: () => discovery(party) },
    {
      name: 'client credentials, by header and by body (RFC 6749, 4.4)',
      run: () => clientCredentials(party),
    },
    { name: 'a narrower scope, and one not granted (RFC 6749, 3.3)', run: () => scopes(party) },
    { name: 'a client that is not who it says (RFC 6749, 5.2)', run: () => wrongClient(party) },
    { name: 'refresh with rotation (RFC 6749, 6)', run: () => refresh(party) },
    { name: 'introspection (RFC 7662)', run: () => introspection(party) },
    {
      name: 'introspection by nobody in particular (RFC 7662, 2.1)',
      run: () => introspectionByAnyone(party),
    },
    { name: 'revocation: a revoked token is inactive (RFC 7009)', run: () => revocation(party) },
    { name: 'JWT access tokens, checked with the published keys (RFC 9068)', run: () => accessTokens(party) },
  ]
}

/** Somebody else's OAuth client, for which the issuer's address leads to the target. */
class ForeignParty {
  readonly target: ConformanceTarget
  readonly options: { [oauth.customFetch]: (url: string, options: object) => Promise<Response> }
  readonly serviceAuth: oauth.ClientAuth
  readonly systemAuth: oauth.ClientAuth

  constructor(target: ConformanceTarget) {
    this.target = target
    const origin = new URL(target.issuer).origin
    this.options = {
      [oauth.customFetch]: (url, options) => fetch(url.replace(origin, target.baseUrl), options),
    }
    this.serviceAuth = oauth.ClientSecretBasic(target.service.secret)
    this.systemAuth = oauth.ClientSecretBasic(target.system.secret)
  }

  get service(): oauth.Client {
    return { client_id: this.target.service.id }
  }

  get system(): oauth.Client {
    return { client_id: this.target.system.id }
  }

  async server(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.target.issuer)
    const response = await oauth.discoveryRequest(issuer, { ...this.options, algorithm: 'oauth2' })
    return oauth.processDiscoveryResponse(issuer, response)
  }

  async systemToken(fields: Record<string, string> = {}, auth = this.systemAuth) {
    const server = await this.server()
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      this.system,
      auth,
      fields,
      this.options,
    )
    return oauth.processClientCredentialsResponse(server, this.system, response)
  }

  /** What a phone has after sign-in, which is no part of OAuth. */
  async signIn(): Promise<{ access_token: string; refresh_token: string; subject: string }> {
    const response = await fetch(`${this.target.baseUrl}/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: basicHeader(this.target.service) },
      body: JSON.stringify({ ...this.target.user, kind: 'mobile' }),
    })
    expect(response.status).toBe(200)
    return (await response.json()) as { access_token: string; refresh_token: string; subject: string }
  }

  async refresh(refreshToken: string, client = this.service, auth = oauth.None()) {
    const server = await this.server()
    const response = await oauth.refreshTokenGrantRequest(server, client, auth, refreshToken, this.options)
    return oauth.processRefreshTokenResponse(server, client, response)
  }

  async introspect(token: string, auth = this.serviceAuth) {
    const server = await this.server()
    const response = await oauth.introspectionRequest(server, this.service, auth, token, this.options)
    return oauth.processIntrospectionResponse(server, this.service, response)
  }

  async revoke(token: string, client: oauth.Client, auth: oauth.ClientAuth) {
    const response = await oauth.revocationRequest(await this.server(), client, auth, token, this.options)
    return oauth.processRevocationResponse(response)
  }
}

async function discovery(party: ForeignParty): Promise<void> {
  const server = await party.server()
  expect(server.issuer).toBe(party.target.issuer)
  expect(server.grant_types_supported?.toSorted()).toEqual(['client_credentials', 'refresh_token'])
  expect(server.scopes_supported).toEqual(expect.arrayContaining([...party.target.system.scopes]))
}

async function clientCredentials(party: ForeignParty): Promise<void> {
  const post = oauth.ClientSecretPost(party.target.system.secret)
  for (const auth of [party.systemAuth, post]) {
    const answer = await party.systemToken({}, auth)
    expect(answer.token_type).toBe('bearer')
    expect(answer.expires_in).toBeGreaterThan(0)
    expect(answer.scope?.split(' ').toSorted()).toEqual(party.target.system.scopes.toSorted())
    expect(answer).not.toHaveProperty('refresh_token')
  }
}

async function scopes(party: ForeignParty): Promise<void> {
  const [scope = ''] = party.target.system.scopes
  expect((await party.systemToken({ scope })).scope).toBe(scope)
  await expect(party.systemToken({ scope: 'not:granted' })).rejects.toMatchObject({
    status: 400,
    error: 'invalid_scope',
  })
}

async function wrongClient(party: ForeignParty): Promise<void> {
  await expect(party.systemToken({}, oauth.ClientSecretBasic('not the secret'))).rejects.toMatchObject({
    status: 401,
    cause: [{ scheme: 'basic' }],
  })
}

async function refresh(party: ForeignParty): Promise<void> {
  const first = await party.signIn()
  const second = await party.refresh(first.refresh_token)
  expect(second.refresh_token).not.toBe(first.refresh_token)
  expect(await party.introspect(second.access_token)).toMatchObject({ active: true, sub: first.subject })
  const third = await party.refresh(second.refresh_token ?? '', party.service, party.serviceAuth)
  expect(await party.introspect(third.access_token)).toMatchObject({ active: true })
  await expect(party.refresh('no.such.token')).rejects.toMatchObject({ status: 400, error: 'invalid_grant' })
  const stolen = party.refresh(third.refresh_token ?? '', party.system, party.systemAuth)
  await expect(stolen).rejects.toMatchObject({ status: 400, error: 'invalid_grant' })
}

async function introspection(party: ForeignParty): Promise<void> {
  const { access_token, scope } = await party.systemToken()
  expect(await party.introspect(access_token)).toMatchObject({
    active: true,
    iss: party.target.issuer,
    sub: party.target.system.id,
    client_id: party.target.system.id,
    scope,
    token_type: 'Bearer',
  })
  expect(await party.introspect('no such token')).toEqual({ active: false })
}

async function introspectionByAnyone(party: ForeignParty): Promise<void> {
  const { access_token } = await party.systemToken()
  const refused = { status: 401, cause: [{ scheme: 'basic' }] }
  await expect(party.introspect(access_token, oauth.ClientSecretBasic('wrong'))).rejects.toMatchObject(
    refused,
  )
  await expect(party.introspect(access_token, oauth.None())).rejects.toMatchObject(refused)
}

async function revocation(party: ForeignParty): Promise<void> {
  const bySystem = (await party.systemToken()).access_token
  const byService = (await party.signIn()).access_token
  await party.revoke(bySystem, party.system, party.systemAuth)
  await party.revoke(byService, party.service, party.serviceAuth)
  for (const token of [bySystem, byService]) expect(await party.introspect(token)).toEqual({ active: false })
  // A token that there is not counts as revoked (RFC 7009, 2.2).
  await party.revoke('no such token', party.service, party.serviceAuth)
}

async function accessTokens(party: ForeignParty): Promise<void> {
  const { issuer, audience, service, system } = party.target
  const server = await party.server()
  const validate = (token: string, aud = audience) => {
    const headers = { authorization: `Bearer ${token}` }
    const request = new Request('https://resource.test/', { headers })
    return oauth.validateJwtAccessToken(server, request, aud, party.options)
  }
  const ofSystem = await party.systemToken()
  expect(await validate(ofSystem.access_token)).toMatchObject({
    iss: issuer,
    sub: system.id,
    client_id: system.id,
    scope: ofSystem.scope,
  })
  const ofUser = await party.signIn()
  const claims = await validate(ofUser.access_token)
  expect(claims).toMatchObject({ iss: issuer, sub: ofUser.subject, client_id: service.id })
  await expect(validate(ofUser.access_token, 'another-audience')).rejects.toThrow()
  // A refresh token is signed with the same keys, and is none.
  await expect(validate(ofUser.refresh_token)).rejects.toThrow()
  const [head, body, signature = ''] = ofUser.access_token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  await expect(validate(`${head}.${body}.${bytes.toString('base64url')}`)).rejects.toThrow()
}
