/** What an operator of auth does for the crowd, over the links that no fault may touch. */
import { randomBytes } from 'node:crypto'
import { HarnessError } from '../errors.ts'
import type { Stack } from '../stack/stack.ts'
import type { Account } from './client.ts'
import type { Group } from './population.ts'

export type Kind = 'resident' | 'revoked' | 'newcomer'
/** Gives the account of one user. */
export type Accounts = (group: Group, kind: Kind, index: number) => Account

/** How many newcomers take turns. Each is signed out long before its next turn. */
export const newcomerPool = 200

const authOf = (app: string) => (app === 'rival' ? 'rival-auth' : 'auth')

/** Makes every account of a run, with one password made for the run. */
export async function createAccounts(stack: Stack, run: string, groups: readonly Group[]): Promise<Accounts> {
  const password = randomBytes(12).toString('base64url')
  const prefixOf = (group: Group, kind: Kind) =>
    `${run}-${group.app}-${group.surface}-${group.region}-${kind}-`
  await Promise.all(
    groups.flatMap(group =>
      (['resident', 'revoked', 'newcomer'] as const).map(async kind => {
        const count = { resident: group.residents, revoked: group.revoked, newcomer: newcomerPool }[kind]
        if (count === 0) return
        await post(stack, authOf(group.app), '/admin/users', {
          type: 'application/json',
          body: JSON.stringify({ prefix: prefixOf(group, kind), count, password }),
        })
      }),
    ),
  )
  return (group, kind, index) => ({ username: `${prefixOf(group, kind)}${index}`, password })
}

/** Revokes the session behind a credential (RFC 7009). */
export async function revoke(stack: Stack, app: string, credential: string | undefined): Promise<void> {
  await post(stack, authOf(app), '/revoke', {
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ token: credential ?? '' }).toString(),
  })
}

async function post(
  stack: Stack,
  service: string,
  path: string,
  { type, body }: { type: string; body: string },
) {
  const response = await fetch(`${stack.control[service]}${path}`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${stack.adminToken}` },
    body,
  })
  const text = await response.text()
  if (!response.ok)
    throw new HarnessError(`${service} answered ${response.status} to ${path}: ${text.slice(0, 200)}`)
}
