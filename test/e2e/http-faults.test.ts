/** The http faults on real stacks: the services' own requests are told apart by route and caller. */
import { describe, expect, test } from 'vitest'
import { HttpClient } from '../../harness/crowd/http.ts'
import { createAccounts } from '../../harness/crowd/operator.ts'
import type { Group } from '../../harness/crowd/population.ts'
import { WebClient } from '../../harness/crowd/web-client.ts'
import { httpBody } from '../../harness/faults/network/http-body.ts'
import { httpStatus } from '../../harness/faults/network/http-status.ts'
import { architectureOf } from '../../harness/stack/architectures.ts'
import { type Stack, startStack } from '../../harness/stack/stack.ts'
import type { Topology } from '../../harness/stack/topology.ts'
import { describeOnRuntimes } from './containers-support.ts'

/** One app, its auth, and a door. */
const topology: Topology = {
  services: [
    { name: 'sessions', role: 'sessions', program: 'postgres', calls: [] },
    { name: 'config', role: 'config', program: 'config', calls: [] },
    { name: 'auth-1', role: 'auth', program: 'auth', calls: ['sessions', 'config'] },
    { name: 'feed', role: 'feed', program: 'app', calls: ['auth-1', 'config'] },
    { name: 'edge-us', role: 'edge', program: 'edge', region: 'us', calls: ['feed', 'config'] },
  ],
  doors: ['edge-us'],
  control: ['config', 'auth-1'],
  cells: [],
}
const home = { region: 'us', door: 'edge-us' } as const
const group: Group = {
  app: 'feed',
  surface: 'web',
  client: 'web',
  homes: [home],
  residents: 1,
  browseEveryMs: 1_000,
  newcomersPerSecond: 0,
  revoked: 0,
}

async function startBrowser(stack: Stack, http: HttpClient): Promise<WebClient> {
  const accountOf = await createAccounts(stack, 'http', [group])
  const account = accountOf({ group, kind: 'resident', home, number: 0 })
  const place = { door: stack.doors['edge-us'] ?? '', host: 'feed.us.localhost', address: '10.1.1.1' }
  const browser = new WebClient({ http, place, account })
  expect((await browser.signIn()).result).toBe('served')
  expect((await browser.browse()).result).toBe('served')
  return browser
}

describe('http faults', () => {
  describeOnRuntimes(runtime => {
    test('hit the requests of a route and a caller, on connections that stand, until their undo', async () => {
      await using stack = await startStack({ runtime, topology, architecture: architectureOf('hardened') })
      await using http = new HttpClient({ deadlineMs: 5_000 })
      const browser = await startBrowser(stack, http)
      const link = '* -> auth'
      const others = await httpStatus({ link, match: { caller: 'photos' }, status: 503 }).inject(stack)
      expect((await browser.browse()).result).toBe('served')
      expect(await others.evidence()).toEqual([])

      const match = { method: ['POST'], path: '/introspect', caller: 'feed' }
      for (const fault of [
        httpStatus({ link, match, status: 503, headers: { 'Retry-After': '1' } }),
        httpBody({ link, match, form: 'malformed-json' }),
      ]) {
        const injected = await fault.inject(stack)
        // A grace may serve from memory what was valid just now, so that what the user sees is not asserted.
        await expect
          .poll(
            async () => {
              await browser.browse()
              return injected.evidence()
            },
            { timeout: 20_000, interval: 200 },
          )
          .toMatchObject([{ fault: fault.kind, target: 'feed -> auth-1' }])
        await injected.undo()
      }
      await others.undo()
      expect(await stack.proxy.toxics()).toEqual([])
      await expect.poll(async () => (await browser.browse()).result, { timeout: 20_000 }).toBe('served')
      const counters = await stack.proxy.evidence()
      expect(counters['feed-to-auth-1']).toMatchObject({ unparsed: 0 })
    })
  })
})
