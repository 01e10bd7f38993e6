/** Tells the caches of a stack, where it has any, when sessions are to run out: to them the store is not all that counts. */
import { z } from 'zod'
import type { Expiring } from '../crowd/crowd.ts'
import { HarnessError } from '../errors.ts'
import { controlFetch } from '../stack/control-fetch.ts'
import type { Stack } from '../stack/stack.ts'

const entrySchema = z.object({ value: z.looseObject({ expiresAtMs: z.number() }) })

/** `beginsAtMs`: of the timeline, ms since the epoch. Rejects with HarnessError where a cache does not take it. */
export async function letCachesForget(
  { topology, control }: Pick<Stack, 'topology' | 'control'>,
  expiring: readonly Expiring[],
  beginsAtMs: number,
): Promise<void> {
  const caches = topology.services.filter(({ program }) => program === 'cache').map(({ name }) => name)
  await Promise.all(
    caches.flatMap(name =>
      expiring.map(({ sid, inMs }) => shorten(`${control[name]}/entries/session:${sid}`, beginsAtMs + inMs)),
    ),
  )
}

async function shorten(url: string, expiresAtMs: number): Promise<void> {
  const response = await controlFetch(url)
  const text = await response.text()
  if (response.status === 404) return
  const entry = entrySchema.parse(JSON.parse(text))
  const put = await controlFetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      value: { ...entry.value, expiresAtMs },
      ttlMs: Math.max(1, Math.ceil(expiresAtMs - Date.now())),
    }),
  })
  await put.text()
  if (!put.ok)
    throw new HarnessError(`a cache answered ${put.status} when it was told when a session runs out`)
}
