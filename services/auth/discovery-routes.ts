import type { Hono } from 'hono'
import type { AuthParts } from './parts.ts'

/** Adds what a client needs to know before it can ask for or validate a token: public keys and metadata. */
export function addDiscoveryRoutes(
  app: Hono,
  { keyring, config }: Pick<AuthParts, 'keyring' | 'config'>,
): void {
  app.get('/jwks', async context => {
    const keys = await keyring.publicJwks()
    return context.json({ keys }, 200, { 'Cache-Control': 'public, max-age=10' })
  })

  app.get('/.well-known/oauth-authorization-server', context => {
    const { issuer, scopes } = config()
    const endpoint = (path: string) => `${issuer.replace(/\/$/, '')}${path}`
    return context.json({
      issuer,
      token_endpoint: endpoint('/token'),
      jwks_uri: endpoint('/jwks'),
      introspection_endpoint: endpoint('/introspect'),
      revocation_endpoint: endpoint('/revoke'),
      scopes_supported: scopes,
      response_types_supported: [],
      grant_types_supported: ['refresh_token', 'client_credentials'],
      // "none" for phones, which keep no secret: they only refresh.
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
    })
  })
}
