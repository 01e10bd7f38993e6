/** What only a real connection shows. */
import { serve } from '@hono/node-server'
import { expect, test } from 'vitest'
import { post, second, startConfig } from './world.ts'

test('a client whose connection is cut is not there any more, and no rollout waits for it', async () => {
  const service = startConfig({ staged: true, watchMs: 60_000, bakeMs: 50 })
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = serve({ fetch: service.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
  const url = `http://127.0.0.1:${await promise}/documents/app`
  const ask = async (path: string, init?: RequestInit) =>
    (await (await fetch(`${url}${path}`, init)).json()) as Record<string, unknown>

  const { revision } = await ask('/watch?client=gone&after=0')
  const controller = new AbortController()
  const watch = fetch(`${url}/watch?client=gone&after=${revision}`, { signal: controller.signal })
  await new Promise(resolve => setTimeout(resolve, 200))
  controller.abort()
  await expect(watch).rejects.toThrow()
  // Until then it might be between two watches.
  await new Promise(resolve => setTimeout(resolve, 3_200))
  await ask('', post({ value: second }))
  await expect
    .poll(() => ask('/rollout'), { timeout: 4_000 })
    .toMatchObject({ version: 2, state: 'promoted' })

  service.stop()
  if ('closeAllConnections' in server) server.closeAllConnections()
  await new Promise(done => server.close(done))
})
