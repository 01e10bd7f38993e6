import type { Hono } from 'hono'
import { z } from 'zod'
import { bearerOf, secretsEqual } from '../common/bearer.ts'
import type { Log } from '../common/log.ts'
import type { AuthConfig } from './config.ts'
import { hashPassword } from './password.ts'
import { jsonBody, rejection } from './requests.ts'
import { subjectOf } from './sessions.ts'
import type { AuthStore } from './store.ts'

interface AdminWorld {
  store: AuthStore
  config: () => AuthConfig
  adminToken: string
  log: Log
}

const usersSchema = z.object({
  prefix: z.string().regex(/^[^\p{C}]{1,100}$/u, 'must be 1 to 100 printable characters'),
  count: z.number().int().min(1).max(10_000),
  password: z.string().min(1).max(1024),
})

/** Adds what only the operator may do. */
export function addAdminRoutes(app: Hono, { store, config, adminToken, log }: AdminWorld): void {
  app.post('/admin/users', async context => {
    if (!secretsEqual(bearerOf(context.req.raw) ?? '', adminToken))
      throw rejection(401, 'operators_only', { headers: { 'WWW-Authenticate': 'Bearer' } })
    const { prefix, count, password } = await jsonBody(context, usersSchema)
    const { issuer } = config()
    const usernames = Array.from({ length: count }, (_, index) => `${prefix}${index}`)
    const users = usernames.map(username => ({ username, subject: subjectOf(issuer, username) }))
    // One hash for all: they share the password anyway, and ten thousand hashes would take a minute.
    const created = await store.addUsers({ issuer, passwordHash: await hashPassword(password), users })
    log('users-created', { issuer, prefix, count, created })
    return context.json({ count, created })
  })
}
