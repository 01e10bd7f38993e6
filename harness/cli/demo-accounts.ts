/** The accounts that `firebreak up` makes: a user for each app, a client for each API, and secrets made for the run. */
import { randomBytes } from 'node:crypto'
import { appsOn } from '../crowd/population.ts'
import { HarnessError } from '../errors.ts'
import { controlApp } from '../scope.ts'
import { controlFetch } from '../stack/control-fetch.ts'
import type { Stack } from '../stack/stack.ts'
import { operatorAuthOf, regions } from '../stack/topology.ts'

export interface DemoAccounts {
  users: { app: string; username: string }[]
  /** The same for all of them. */
  password: string
  clients: { app: string; id: string; secret: string }[]
}

const scopes = ['messages:read', 'messages:write']

/** Makes them. With cells each cell has them all, so that they can sign in whatever becomes of the others. */
export async function createDemoAccounts(
  stack: Pick<Stack, 'control' | 'adminToken' | 'topology'>,
): Promise<DemoAccounts> {
  const password = randomBytes(9).toString('base64url')
  const secret = randomBytes(18).toString('base64url')
  const apis = appsOn('api')
  const people = [...new Set([...appsOn('web'), ...appsOn('mobile')]), controlApp]
  const auths = (app: string) => regions.map(region => operatorAuthOf(stack.topology, app, region))
  const ask = async (auth: string, path: string, body: object) => {
    const response = await controlFetch(`${stack.control[auth]}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.adminToken}` },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok)
      throw new HarnessError(`${auth} answered ${response.status} to ${path}: ${text.slice(0, 200)}`)
  }
  const one = (app: string) => ({ prefix: prefixOf(app), count: 1 })
  for (const auth of new Set(people.flatMap(auths))) {
    const users = people.filter(app => auths(app).includes(auth)).map(one)
    await ask(auth, '/admin/users', { password, users })
  }
  for (const auth of new Set(apis.flatMap(auths)))
    await ask(auth, '/admin/clients', { secret, scopes, clients: apis.map(one) })
  return {
    users: people.map(app => ({ app, username: `${prefixOf(app)}0` })),
    password,
    clients: apis.map(app => ({ app, id: `${prefixOf(app)}0`, secret })),
  }
}

/** Auth puts a number behind it. */
function prefixOf(app: string): string {
  return `demo-${app}-`
}
