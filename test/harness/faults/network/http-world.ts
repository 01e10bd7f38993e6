/** A part of a stack that speaks HTTP: two callers of auth and its database, through a real fault proxy. */
import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProxyServer } from '../../../../harness/proxy/server.ts'
import { ProxyControl } from '../../../../harness/stack/proxy-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import type { Link, Topology } from '../../../../harness/stack/topology.ts'
import { type Asked, ask, basic } from '../../proxy/http/support.ts'

const links: readonly Link[] = [
  { name: 'feed-to-auth', from: 'feed', to: 'auth' },
  { name: 'photos-to-auth', from: 'photos', to: 'auth' },
  { name: 'auth-to-sessions', from: 'auth', to: 'sessions' },
]

const topology: Topology = {
  services: [
    { name: 'auth', role: 'auth', program: 'auth', calls: ['sessions'] },
    { name: 'sessions', role: 'sessions', program: 'postgres', calls: [] },
    { name: 'feed', role: 'feed', program: 'app', calls: ['auth'] },
    { name: 'photos', role: 'photos', program: 'app', calls: ['auth'] },
  ],
  doors: [],
  control: [],
  cells: [],
}

export async function startHttpWorld() {
  let asked = 0
  const auth = createServer((request, response) => {
    asked += 1
    request.resume()
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('Cache-Control', 'no-store')
    response.end(JSON.stringify({ active: true, path: request.url }))
  })
  auth.keepAliveTimeout = 60_000
  await new Promise<void>(resolve => auth.listen(0, '127.0.0.1', resolve))
  const { port } = auth.address() as AddressInfo
  const server = await createProxyServer({ host: '127.0.0.1', apiPort: 0 })
  const proxy = new ProxyControl(server.apiUrl)
  const addresses = await proxy.open(
    links.map(link => ({ link, listen: '127.0.0.1:0', upstream: `127.0.0.1:${port}` })),
  )
  const agents: Agent[] = []
  return {
    proxy,
    stack: { links, topology, proxy } as unknown as Stack,
    /** How many requests have come to auth. */
    get asked() {
      return asked
    },
    /** How many connections a link has had. */
    async connections(link: string) {
      return (await proxy.evidence())[link]?.connections
    },
    /** A caller that keeps its connection, and says who it is as the services do. */
    caller(link: string) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      agents.push(agent)
      const linkPort = Number(addresses.get(link)?.split(':').at(-1))
      const authorization = basic(link.split('-to-')[0] ?? '')
      return (path = '/introspect', { headers, ...rest }: Asked = {}) =>
        ask(linkPort, agent, path, { method: 'POST', headers: { authorization, ...headers }, ...rest })
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents) agent.destroy()
      await server.close()
      auth.closeAllConnections()
      await new Promise(resolve => auth.close(resolve))
    },
  }
}
