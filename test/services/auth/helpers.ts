import { exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose'
import { expect } from 'vitest'
import { type AuthWorld, createAuth } from '../../../services/auth/auth.ts'
import type { CertificateHolder } from '../../../services/auth/certificate-routes.ts'
import { type AuthConfig, defaultAuthConfig } from '../../../services/auth/config.ts'
import type { AuthStore } from '../../../services/auth/store.ts'
import { basicHeader } from '../../../services/common/bearer.ts'
import { Health } from '../../../services/common/health.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { createMemoryStore } from './store-memory.ts'

export const adminToken = 'an-operator-token-for-tests'
export const password = 'correct horse battery staple'
/** Secrets of the services that may introspect. Each is written as a header must not be, unless it is encoded. */
export const services = { feed: 'secret of feed: 100 %', photos: 'secret of photos+more' }
export const systemSecret = 'a long: secret + more'
export const basicOfFeed = { authorization: basicHeader({ id: 'feed', secret: services.feed }) }
export const operator = { authorization: `Bearer ${adminToken}` }
export const metadataPath = '/.well-known/oauth-authorization-server'
export const otherIssuer = 'https://wrong.example'

export interface LogLine {
  event: string
  fields: Record<string, unknown> | undefined
}

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds, and fails if it is not there
  body: any
}

export interface StartOptions {
  store?: AuthStore
  replica?: Pick<AuthStore, 'findSession'>
  mitigations?: readonly Mitigation[]
  cell?: string
  certificate?: CertificateHolder
  cache?: AuthWorld['cache']
  policy?: AuthWorld['policy']
}

type Fields = Record<string, string> | [string, string][]

/** What needs a service's credentials. */
const servicePaths = ['/sign-in', '/introspect', '/revoke']
const headersFor = (path: string) => (servicePaths.includes(path) ? basicOfFeed : {})

/** An auth service in this process, with a configuration that can be changed under it. */
export function startAuth({
  store = createMemoryStore(),
  replica,
  mitigations = [],
  cell,
  certificate,
  cache,
  policy,
}: StartOptions = {}) {
  const lines: LogLine[] = []
  const health = new Health()
  let config: AuthConfig = defaultAuthConfig
  const auth = createAuth({
    store,
    replica,
    config: () => config,
    adminToken,
    clients: services,
    cell,
    mitigations: new Set(mitigations),
    health,
    certificate,
    cache,
    policy,
    log: (event, fields) => lines.push({ event, fields }),
  })

  async function send(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await auth.fetch(new Request(`http://auth${path}`, init))
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const json = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersFor(path), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const form = (path: string, fields: Fields, headers: Record<string, string> = headersFor(path)) =>
    send(path, { method: 'POST', body: new URLSearchParams(fields), headers })

  return {
    auth,
    store,
    health,
    lines,
    send,
    json,
    form,
    setConfig(change: Partial<AuthConfig>) {
      config = { ...config, ...change }
    },
    config: () => config,
    createUsers: (prefix: string, count: number, secret = password) =>
      json('/admin/users', { prefix, count, password: secret }, operator),
    createClients: (prefix: string, scopes: readonly string[]) =>
      json('/admin/clients', { secret: systemSecret, scopes, clients: [{ prefix, count: 1 }] }, operator),
    /** Gets a token for a system client. */
    clientCredentials: (id: string, fields: Record<string, string> = {}, secret = systemSecret) =>
      form(
        '/token',
        { grant_type: 'client_credentials', ...fields },
        { authorization: basicHeader({ id, secret }) },
      ),
    async signIn(kind: 'web' | 'mobile' | 'device', username = 'user0') {
      const answer = await json('/sign-in', { username, password, kind })
      expect(answer.status).toBe(200)
      return answer.body
    },
    introspect: async (token: string) => (await form('/introspect', { token })).body,
    refresh: (refreshToken: string) =>
      form('/token', { grant_type: 'refresh_token', refresh_token: refreshToken }),
  }
}

/** The same with one user, `user0`. */
export async function startAuthWithUser(options: StartOptions = {}) {
  const auth = startAuth(options)
  expect((await auth.createUsers('user', 1)).status).toBe(200)
  return auth
}

interface Forgery {
  store: AuthStore
  header?: Record<string, unknown>
  claims?: JWTPayload
  /** Sign with a key that auth does not have, under the name of the one it has. */
  foreignKey?: boolean
}

/** An access token made outside auth; what is not given is as auth would make it. */
export async function forgeAccessToken({ store, header, claims, foreignKey }: Forgery): Promise<string> {
  const [stored] = await store.signingKeys()
  if (!stored) throw new Error('auth has no signing key yet')
  const foreign = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const jwk = foreignKey ? await exportJWK(foreign.privateKey) : stored.privateJwk
  const now = Math.floor(Date.now() / 1000)
  const { issuer: iss, audience: aud } = defaultAuthConfig
  return new SignJWT({
    iss,
    aud,
    sub: 's',
    jti: 'j',
    sid: 'x',
    client_id: 'feed',
    iat: now,
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid: stored.kid, typ: 'at+jwt', ...header })
    .sign(await importJWK(jwk, 'EdDSA'))
}

/** A store that fails every call with what `error` gives, while it gives something. */
export function failingStore(inner: AuthStore, error: () => unknown): AuthStore {
  return new Proxy(inner, {
    get(target, name) {
      const method = Reflect.get(target, name)
      return async (...values: unknown[]) => {
        const thrown = error()
        if (thrown !== undefined) throw thrown
        return Reflect.apply(method, target, values)
      }
    },
  })
}
