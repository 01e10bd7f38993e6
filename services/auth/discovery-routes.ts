import type { Hono } from 'hono'
import type { AuthConfig } from './config.ts'
import type { Keyring } from './keyring.ts'

/** Adds what a client needs to know before it can validate a token: public keys and metadata. */
export function addDiscoveryRoutes(
  app: Hono,
  { keyring, config }: { keyring: Keyring; config: () => AuthConfig },
): void {
  app.get('/jwks', async context => {
    const keys = await keyring.publicJwks()
    return context.json({ keys }, 200, { 'Cache-Control': 'public, max-age=10' })
  })

  app.get('/.well-known/oauth-authorization-server', context => {
    const { issuer } = config()
    const endpoint = (path: string) => `${issuer.replace(/\/$/, '')}${path}`
    return context.json({
      issuer,
      token_endpoint: endpoint('/token'),
      jwks_uri: endpoint('/jwks'),
      introspection_endpoint: endpoint('/introspect'),
      revocation_endpoint: endpoint('/revoke'),
      response_types_supported: [],
      grant_types_supported: ['refresh_token'],
      token_endpoint_auth_methods_supported: ['none'],
      introspection_endpoint_auth_methods_supported: ['none'],
      revocation_endpoint_auth_methods_supported: ['none'],
    })
  })
}
