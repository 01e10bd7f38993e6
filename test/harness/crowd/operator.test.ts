import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import {
  createAccounts,
  memberOf,
  newcomerPool,
  refugeesMax,
  revoke,
} from '../../../harness/crowd/operator.ts'
import { familyCrowd, type Group } from '../../../harness/crowd/population.ts'
import { HarnessError } from '../../../harness/errors.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { cellularFamily, family, type Topology } from '../../../harness/stack/topology.ts'
import { startApp } from './support.ts'

interface Asked {
  auth: string
  path: string
  body: {
    password?: string
    secret?: string
    scopes?: string[]
    users?: { prefix: string; count: number }[]
    clients?: { prefix: string; count: number }[]
  }
}

/** The operator's doors of a topology, all on one socket, and what they were asked. */
async function startAuths(topology: Topology) {
  const asked: Asked[] = []
  const revoked: string[] = []
  const app = new Hono()
  app.post('/:auth/admin/:what', async context => {
    const { auth, what } = context.req.param()
    asked.push({ auth, path: what, body: (await context.req.json()) as Asked['body'] })
    return context.json({})
  })
  app.post('/:auth/revoke', async context => {
    revoked.push(`${context.req.param('auth')} ${(await context.req.parseBody()).token}`)
    return context.body(null, 200)
  })
  const started = await startApp(app)
  const control = Object.fromEntries(topology.control.map(name => [name, `${started.door}/${name}`]))
  const stack = { control, topology, adminToken: 'operators-only' } as unknown as Stack
  return { stack, asked, revoked, [Symbol.asyncDispose]: started[Symbol.asyncDispose] }
}

/** How many accounts were asked for, by the beginning of their names. */
function countOf(asked: readonly Asked[], kind: 'users' | 'clients', wanted: RegExp): number {
  return asked
    .flatMap(({ body }) => body[kind] ?? [])
    .filter(({ prefix }) => wanted.test(prefix))
    .reduce((sum, { count }) => sum + count, 0)
}

describe('createAccounts', () => {
  test('makes all users in one request at each auth, and all systems in another', async () => {
    await using auths = await startAuths(family)
    await createAccounts(auths.stack, 'run', familyCrowd)
    expect(auths.asked.map(({ auth, path }) => `${auth} ${path}`).toSorted()).toEqual([
      'auth-1 clients',
      'auth-1 users',
      'rival-auth users',
    ])
    for (const { residents, revoked, nearExpiry = 0, expired = 0, app, surface } of familyCrowd) {
      const kind = surface === 'api' ? 'clients' : 'users'
      const all = countOf(auths.asked, kind, new RegExp(`^run-${app}-${surface}-`))
      const refugees = app === 'rival' ? refugeesMax : 0
      expect(all).toBe(residents + nearExpiry + expired + revoked + newcomerPool + refugees)
    }
    const [clients] = auths.asked.filter(({ path }) => path === 'clients')
    expect(clients?.body.scopes).toEqual(['messages:read', 'messages:write'])
  })

  test('makes each account where its user lives, where regions have an auth of their own', async () => {
    await using auths = await startAuths(cellularFamily)
    await createAccounts(auths.stack, 'run', familyCrowd)
    expect(auths.asked).toHaveLength(2 * 4 + 1)
    for (const { auth, body } of auths.asked) {
      const region = /^auth-(\w+)-1$/.exec(auth)?.[1]
      for (const { prefix } of [...(body.users ?? []), ...(body.clients ?? [])])
        expect(prefix).toContain(region === undefined ? 'run-rival-' : `-${region}-`)
    }
  })

  test('gives each user the account that was made for it', async () => {
    await using auths = await startAuths(family)
    const accounts = await createAccounts(auths.stack, 'run', familyCrowd)
    const made = new Set(
      auths.asked.flatMap(({ body }) =>
        [...(body.users ?? []), ...(body.clients ?? [])].flatMap(({ prefix, count }) =>
          Array.from({ length: count }, (_, index) => `${prefix}${index}`),
        ),
      ),
    )
    const passwords = new Set(auths.asked.map(({ body }) => body.password ?? body.secret))
    const used = familyCrowd.flatMap(group =>
      Array.from({ length: group.residents }, (_, index) => accounts(memberOf(group, 'resident', index))),
    )
    for (const { username, password } of used) {
      expect(made).toContain(username)
      expect(passwords).toEqual(new Set([password]))
    }
    expect(new Set(used.map(({ username }) => username)).size).toBe(used.length)
  })

  test('says which auth it has no way to', async () => {
    await using auths = await startAuths(family)
    const stack = { ...auths.stack, control: {} } as Stack
    await expect(createAccounts(stack, 'run', familyCrowd.slice(0, 1) as Group[])).rejects.toThrow(
      new HarnessError('the stack gives its operator no way to auth-1'),
    )
  })
})

describe('revoke', () => {
  test.each([
    [family, 'feed', 'eu', 'auth-1'],
    [cellularFamily, 'feed', 'eu', 'auth-eu-1'],
    [cellularFamily, 'rival', 'eu', 'rival-auth'],
  ] as const)('asks the auth that keeps the session', async (topology, app, region, auth) => {
    await using auths = await startAuths(topology)
    await revoke(auths.stack, app, region, 'a credential')
    expect(auths.revoked).toEqual([`${auth} a credential`])
  })
})
