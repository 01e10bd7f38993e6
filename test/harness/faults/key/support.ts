/** A real auth on a real database, behind a real fault proxy. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Fault } from '../../../../harness/faults/fault.ts'
import { createProxyServer } from '../../../../harness/proxy/server.ts'
import { ProxyControl } from '../../../../harness/stack/proxy-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { family, type Link } from '../../../../harness/stack/topology.ts'
import type { Mitigation } from '../../../../services/common/mitigations.ts'
import { adminToken, startAuth } from '../../../services/auth/helpers.ts'
import { startStoreWorld } from '../data/support.ts'

const links: readonly Link[] = [
  { name: 'harness-to-auth-1', from: 'harness', to: 'auth-1' },
  { name: 'feed-to-auth-1', from: 'feed', to: 'auth-1' },
]

export async function startKeyWorld(mitigations: readonly Mitigation[] = []) {
  await using opened = new AsyncDisposableStack()
  const { store, database } = opened.use(await startStoreWorld())
  const auth = startAuth({ store, mitigations })
  const server = createServer(getRequestListener(asked => auth.auth.fetch(asked)))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  opened.defer(() => new Promise<void>(resolve => server.close(() => resolve())))
  opened.defer(() => server.closeAllConnections())
  const proxyServer = await createProxyServer({ host: '127.0.0.1', apiPort: 0 })
  opened.defer(() => proxyServer.close())
  const proxy = new ProxyControl(proxyServer.apiUrl)
  const addresses = await proxy.open(
    links.map(link => ({ link, listen: '127.0.0.1:0', upstream: `127.0.0.1:${port}` })),
  )
  const stack = {
    proxy,
    links,
    adminToken,
    topology: family,
    databases: { sessions: database },
    control: { 'auth-1': `http://${addresses.get('harness-to-auth-1')}` },
  } as unknown as Stack
  const owned = opened.move()
  return {
    auth,
    proxy,
    inject: (fault: Fault) => fault.inject(stack),
    /** The names of the keys that a service is given to check tokens with. */
    async keysSeenByFeed(): Promise<string[]> {
      const response = await fetch(`http://${addresses.get('feed-to-auth-1')}/jwks`)
      return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
