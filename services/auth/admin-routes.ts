import type { Hono } from 'hono'
import { z } from 'zod'
import { clientIdPattern, hashSecret } from './clients.ts'
import { scopePattern } from './config.ts'
import type { AuthParts } from './parts.ts'
import { hashPassword } from './password.ts'
import { jsonBody, rejection } from './requests.ts'
import { subjectOf } from './sessions.ts'

/** How many accounts one request may make: what fits into one statement of the database. */
const accountsMax = 20_000
const count = z.number().int().min(1).max(10_000)
const password = z.string().min(1).max(1024)
const userGroup = z.object({
  prefix: z.string().regex(/^[^\p{C}]{1,100}$/u, 'must be 1 to 100 printable characters'),
  count,
})
const clientGroup = z.object({
  prefix: z.string().min(1).max(100).regex(clientIdPattern, 'must be printable ASCII characters'),
  count,
})
const usersSchema = z.union([
  z.object({ password, users: groupsOf(userGroup) }),
  userGroup.extend({ password }).transform(({ password, ...group }) => ({ password, users: [group] })),
])
const clientsSchema = z.object({
  // Hashed fast, so it must be beyond guessing.
  secret: z
    .string()
    .min(16)
    .max(200)
    .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII characters'),
  scopes: z.array(z.string().regex(scopePattern)).min(1).max(20),
  clients: groupsOf(clientGroup),
})

function groupsOf<T extends z.ZodType<{ prefix: string; count: number }>>(group: T) {
  return z
    .array(group)
    .min(1)
    .max(1_000)
    .refine(groups => namesOf(groups).length <= accountsMax, `must be ${accountsMax} accounts at most`)
}

/** `<prefix>0`, `<prefix>1`, … of each group. */
function namesOf(groups: readonly { prefix: string; count: number }[]): string[] {
  return groups.flatMap(({ prefix, count }) =>
    Array.from({ length: Math.min(count, accountsMax + 1) }, (_, index) => `${prefix}${index}`),
  )
}

/** Adds what only the operator may do. Nothing here waits for a place: it must work when all else does not. */
export function addAdminRoutes(app: Hono, parts: AuthParts): void {
  app.use('/admin/*', async (context, next) => {
    if (!parts.isOperator(context.req.raw))
      throw rejection(401, 'operators_only', { headers: { 'WWW-Authenticate': 'Bearer' } })
    await next()
  })
  addAccountRoutes(app, parts)
  addKeyRoutes(app, parts)
}

function addAccountRoutes(app: Hono, { store, config, log }: AuthParts): void {
  app.post('/admin/users', async context => {
    const { password, users: groups } = await jsonBody(context, usersSchema)
    const { issuer } = config()
    const users = namesOf(groups).map(username => ({ username, subject: subjectOf(issuer, username) }))
    // One hash for all: they share the password anyway, and ten thousand hashes would take a minute.
    const created = await store.addUsers({ issuer, passwordHash: await hashPassword(password), users })
    log('users-created', { issuer, count: users.length, created })
    return context.json({ count: users.length, created })
  })

  app.post('/admin/clients', async context => {
    const { secret, scopes, clients } = await jsonBody(context, clientsSchema)
    const { issuer, scopes: supported } = config()
    const unknown = scopes.find(scope => !supported.includes(scope))
    if (unknown !== undefined)
      throw rejection(400, 'invalid_scope', {
        description: `no scope "${unknown}"; there are: ${supported.join(', ')}`,
      })
    const clientIds = namesOf(clients)
    const created = await store.addClients({ issuer, secretHash: hashSecret(secret), scopes, clientIds })
    log('clients-created', { issuer, count: clientIds.length, created })
    return context.json({ count: clientIds.length, created })
  })
}

function addKeyRoutes(app: Hono, { keyRotation, config }: AuthParts): void {
  app.get('/admin/keys', async context => context.json({ keys: await keyRotation.list() }))

  app.post('/admin/keys/rotate', async context => context.json(await keyRotation.rotate(config())))

  app.delete('/admin/keys/:kid', async context => {
    const kid = context.req.param('kid')
    const emergency = context.req.query('emergency') ?? 'false'
    if (emergency !== 'true' && emergency !== 'false')
      throw rejection(400, 'invalid_request', { description: 'emergency must be true or false' })
    const result = await keyRotation.remove(config(), kid, emergency === 'true')
    if (result === 'unknown') throw rejection(404, 'unknown_key')
    if (result === 'in-use')
      throw rejection(409, 'key_in_use', {
        description:
          'tokens signed with it may live; rotate and wait, or add emergency=true if it is compromised',
      })
    return context.json({ kid })
  })
}
