import type { Hono } from 'hono'
import { z } from 'zod'
import { addressOf } from './attempt-limits.ts'
import type { AuthParts } from './parts.ts'
import { jsonBody, rejection } from './requests.ts'
import { tokenResponse } from './token-routes.ts'

const signInSchema = z.object({
  // Neither control characters nor halves of characters: a database takes neither.
  username: z.string().regex(/^[^\p{C}]{1,256}$/u, 'must be 1 to 256 printable characters'),
  password: z.string().min(1).max(1024),
  kind: z.enum(['web', 'mobile', 'device']),
})

/** Adds the sign-in of users, at a service that passes on what they typed. */
export function addSignInRoutes(
  app: Hono,
  { sessions, config, clients, attempts, admission }: AuthParts,
): void {
  app.post('/sign-in', async context => {
    const clientId = clients.service(context.req.raw)
    const credentials = await jsonBody(context, signInSchema)
    const signedIn = await attempts.attempt(addressOf(context), credentials.username, () =>
      admission.run('sign-in', clientId, () => sessions.signIn(config(), { ...credentials, clientId })),
    )
    if (!signedIn) throw rejection(401, 'invalid_credentials')
    const { session, subject, expiresAtMs, tokens } = signedIn
    if (!tokens) return context.json({ session, subject, expiresAt: expiresAtMs })
    return context.json({ ...tokenResponse(tokens), subject, session })
  })
}
