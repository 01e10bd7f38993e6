/** What an operator of auth does for the crowd, over the links that no fault may touch. */
import { randomBytes } from 'node:crypto'
import { HarnessError } from '../errors.ts'
import { controlApp } from '../scope.ts'
import { controlFetch } from '../stack/control-fetch.ts'
import type { Stack } from '../stack/stack.ts'
import { operatorAuthOf } from '../stack/topology.ts'
import { apiScopes } from './api-client.ts'
import type { Account } from './client.ts'
import type { Group, Home } from './population.ts'

export const kinds = ['resident', 'revoked', 'newcomer', 'refugee', 'expired'] as const
export type Kind = (typeof kinds)[number]

/** What of a stack a crowd needs: plain data, so that a crowd can be in another process. */
export type CrowdStack = Pick<Stack, 'doors' | 'control' | 'topology' | 'adminToken'>

export function crowdStackOf({ doors, directDoors, control, topology, adminToken }: Stack): CrowdStack {
  return { doors: { ...doors, ...directDoors }, control, topology, adminToken }
}

/** How many people can leave for the competitor. */
export const refugeesMax = 10

/** How many newcomers of a group take turns. Each is gone long before its next turn. */
export const newcomerPool = 64

/** One user of a group, before it is anybody. */
export interface Member {
  group: Group
  kind: Kind
  home: Home
  /** Its number among those of its kind in its home, from 0 on. */
  number: number
}

/** The member of a number: members are dealt out to the group's homes in turn. */
export function memberOf(group: Group, kind: Kind, index: number): Member {
  const { length } = group.homes
  const home = group.homes[index % length]
  if (home === undefined) throw new HarnessError(`the group ${group.app} ${group.surface} has no homes`)
  return { group, kind, home, number: Math.floor(index / length) }
}

/** Gives the account of one user. */
export type Accounts = (member: Member) => Account

/**
 * Makes every account of a run, with one password made for the run: two requests at most for each auth that has users
 * of its own.
 */
export async function createAccounts(
  stack: CrowdStack,
  run: string,
  groups: readonly Group[],
): Promise<Accounts> {
  const password = randomBytes(18).toString('base64url')
  const batches = groups.flatMap(group => batchesOf(group, run, stack))
  await Promise.all(
    [...Map.groupBy(batches, ({ auth }) => auth)].map(async ([auth, ofAuth]) => {
      const entries = (isApi: boolean) =>
        ofAuth.filter(batch => batch.isApi === isApi).map(({ prefix, count }) => ({ prefix, count }))
      const users = entries(false)
      const clients = entries(true)
      if (users.length > 0) await postJson(stack, auth, '/admin/users', { password, users })
      if (clients.length > 0)
        await postJson(stack, auth, '/admin/clients', { secret: password, scopes: apiScopes, clients })
    }),
  )
  return ({ group, kind, home, number }) => ({
    username: `${prefixOf(run, group, kind, home)}${number}`,
    password,
  })
}

interface Batch {
  /** The auth to make them at. */
  auth: string
  isApi: boolean
  prefix: string
  count: number
}

function batchesOf(group: Group, run: string, stack: CrowdStack): Batch[] {
  return kinds.flatMap(kind => {
    const refugees = group.app === controlApp && group.surface === 'web' ? refugeesMax : 0
    const all = {
      resident: group.residents + (group.nearExpiry ?? 0),
      revoked: group.revoked,
      newcomer: newcomerPool,
      refugee: refugees,
      expired: group.expired ?? 0,
    }[kind]
    return group.homes.flatMap((home, index) => {
      const count = Math.ceil((all - index) / group.homes.length)
      if (count <= 0) return []
      const auth = operatorAuthOf(stack.topology, group.app, home.region)
      return [{ auth, isApi: group.surface === 'api', prefix: prefixOf(run, group, kind, home), count }]
    })
  })
}

function prefixOf(run: string, { app, surface }: Group, kind: Kind, { region }: Home): string {
  return `${run}-${app}-${surface}-${region}-${kind}-`
}

/** Revokes the session behind a credential (RFC 7009), at the auth that keeps the sessions of an app in a region. */
export async function revoke(
  stack: CrowdStack,
  app: string,
  region: string,
  credential: string,
): Promise<void> {
  await post(stack, operatorAuthOf(stack.topology, app, region), '/revoke', {
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ token: credential }).toString(),
  })
}

function postJson(stack: CrowdStack, service: string, path: string, body: unknown): Promise<void> {
  return post(stack, service, path, { type: 'application/json', body: JSON.stringify(body) })
}

async function post(
  stack: CrowdStack,
  service: string,
  path: string,
  { type, body }: { type: string; body: string },
): Promise<void> {
  const base = stack.control[service]
  if (base === undefined) throw new HarnessError(`the stack gives its operator no way to ${service}`)
  const response = await controlFetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${stack.adminToken}` },
    body,
  })
  const text = await response.text()
  if (!response.ok)
    throw new HarnessError(`${service} answered ${response.status} to ${path}: ${text.slice(0, 200)}`)
}
