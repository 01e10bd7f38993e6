/**
 * Who calls. Two kinds of client: the services of the family, named at start with a secret each, who may introspect,
 * revoke and sign users in; and system clients, kept in the store, who get tokens for themselves.
 */
import { createHash } from 'node:crypto'
import { basicOf, secretsEqual } from '../common/bearer.ts'
import type { AuthConfig } from './config.ts'
import { rejection } from './requests.ts'
import type { ClientStore } from './store.ts'

/** Printable characters, as RFC 6749, appendix A, wants a client's name and secret. */
export const clientIdPattern = /^[\x20-\x7e]{1,200}$/

/**
 * The stored form of a client's secret. One round of SHA-256, not a password hash: a machine's secret is random and
 * long, so that nobody guesses it however fast the hash is, and it is checked far too often for a slow one.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** What a token request says about who makes it. */
export type Claimant =
  /** With a secret that is still to be checked. */
  | { kind: 'secret'; id: string; secret: string }
  /** A public client, that only names itself, or not even that. */
  | { kind: 'public'; id: string | undefined }

export interface AuthenticatedClient {
  id: string
  kind: 'service' | 'system'
  /** What a system client may ask for. */
  scopes: readonly string[]
}

export interface Clients {
  /** The service that calls, by its Basic credentials. Throws 401 invalid_client for anybody else, and once they end. */
  service(request: Request): string
  /** The client behind credentials, or undefined. Asks the store unless it is one of the services. */
  authenticate(config: AuthConfig, id: string, secret: string): Promise<AuthenticatedClient | undefined>
}

export function createClients(
  services: Readonly<Record<string, string>>,
  store: ClientStore,
  config: () => AuthConfig,
): Clients {
  const secrets = new Map(Object.entries(services))
  const haveExpired = () => {
    const { clientSecretsExpireAtS } = config()
    return clientSecretsExpireAtS > 0 && Date.now() >= clientSecretsExpireAtS * 1_000
  }
  const isService = (id: string, secret: string) => {
    const expected = haveExpired() ? undefined : secrets.get(id)
    // Compared in any case, so that an unknown name takes as long as a wrong secret.
    return secretsEqual(secret, expected ?? `${secret}.`) && expected !== undefined
  }
  return {
    service(request) {
      const basic = basicOf(request)
      if (!basic || !isService(basic.id, basic.secret)) throw invalidClient()
      return basic.id
    },
    async authenticate(config, id, secret) {
      if (secrets.has(id)) return isService(id, secret) ? { id, kind: 'service', scopes: [] } : undefined
      if (!clientIdPattern.test(id)) return undefined
      const client = await store.findClient(config.issuer, id)
      const correct = secretsEqual(hashSecret(secret), client?.secretHash ?? '')
      return client && correct ? { id, kind: 'system', scopes: client.scopes } : undefined
    },
  }
}

/** How a token request names its client: in the header, in the body, or not at all; never twice (RFC 6749, 2.3). */
export function claimantOf(request: Request, fields: ReadonlyMap<string, string>): Claimant {
  const [id, secret] = [fields.get('client_id'), fields.get('client_secret')]
  if (request.headers.has('authorization')) {
    const basic = basicOf(request)
    if (!basic) throw invalidClient()
    if (secret !== undefined || (id !== undefined && id !== basic.id))
      throw rejection(400, 'invalid_request', {
        description: 'the client authenticates in more than one way',
      })
    return { kind: 'secret', ...basic }
  }
  if (secret === undefined) return { kind: 'public', id }
  if (!id) throw rejection(400, 'invalid_request', { description: 'client_id is missing' })
  return { kind: 'secret', id, secret }
}

/** The answer to a client that is not who it says (RFC 6749, section 5.2). */
export function invalidClient() {
  return rejection(401, 'invalid_client', {
    headers: { 'WWW-Authenticate': 'Basic realm="auth", charset="UTF-8"' },
  })
}
