/** The feature `tls` on real stacks: auth is called over TLS, and its certificate can run out. */
import { describe, expect, test } from 'vitest'
import { HttpClient } from '../../harness/crowd/http.ts'
import { createAccounts } from '../../harness/crowd/operator.ts'
import type { Group } from '../../harness/crowd/population.ts'
import { WebClient } from '../../harness/crowd/web-client.ts'
import { injectExpiredCertificate } from '../../harness/faults/key/certificate-expired.ts'
import { handshakeFailure } from '../../harness/faults/key/handshake.ts'
import { architectureOf } from '../../harness/stack/architectures.ts'
import { type Stack, startStack } from '../../harness/stack/stack.ts'
import type { Topology } from '../../harness/stack/topology.ts'
import { describeOnRuntimes } from './containers-support.ts'

/** One app, its auth of two, and a door. */
const topology: Topology = {
  services: [
    { name: 'sessions', role: 'sessions', program: 'postgres', calls: [] },
    { name: 'config', role: 'config', program: 'config', calls: [] },
    { name: 'auth-1', role: 'auth', program: 'auth', calls: ['sessions', 'config'] },
    { name: 'auth-2', role: 'auth', program: 'auth', calls: ['sessions', 'config'] },
    { name: 'feed', role: 'feed', program: 'app', calls: ['auth-1', 'auth-2', 'config'] },
    { name: 'edge-us', role: 'edge', program: 'edge', region: 'us', calls: ['feed', 'config'] },
  ],
  doors: ['edge-us'],
  control: ['config', 'auth-1'],
  cells: [],
}
const auths = ['auth-1', 'auth-2']
const group: Group = {
  app: 'feed',
  surface: 'web',
  client: 'web',
  homes: [{ region: 'us', door: 'edge-us' }],
  residents: 1,
  browseEveryMs: 1_000,
  newcomersPerSecond: 0,
  revoked: 0,
}

/** Browsers of one user. */
async function browsersOf(stack: Stack, http: HttpClient): Promise<() => WebClient> {
  const accountOf = await createAccounts(stack, 'tls', [group])
  const home = { region: 'us', door: 'edge-us' }
  const account = accountOf({ group, kind: 'resident', home, number: 0 })
  const place = { door: stack.doors['edge-us'] ?? '', host: 'feed.us.localhost', address: '10.1.1.1' }
  return () => new WebClient({ http, place, account })
}

describe('a stack with TLS', () => {
  describeOnRuntimes(runtime => {
    test('serves users until the certificate of auth runs out, and again after its renewal', async () => {
      await using stack = await startStack({
        runtime,
        topology,
        architecture: architectureOf('shared-fate'),
        features: ['tls'],
      })
      await using http = new HttpClient({ deadlineMs: 5_000 })
      const newBrowser = await browsersOf(stack, http)
      const browser = newBrowser()
      expect((await browser.signIn()).result).toBe('served')
      expect((await browser.browse()).result).toBe('served')
      for (const auth of auths) {
        expect(await handshakeFailure(stack.control[auth] ?? '', stack.tls?.ca ?? '')).toBeUndefined()
      }

      const injected = await injectExpiredCertificate(auths, 'cut', stack)
      expect((await newBrowser().signIn()).result).not.toBe('served')
      expect((await injected.evidence()).map(({ target }) => target)).toEqual(auths)
      expect(await injected.remains?.()).toHaveLength(2)

      await injected.undo()
      expect(await injected.remains?.()).toEqual([])
      expect((await newBrowser().signIn()).result).toBe('served')
    })
  })
})
