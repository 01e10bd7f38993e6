/** A small part of a stack: two callers of one dependency through a real fault proxy, and probes that know nothing of it. */
import { randomUUID } from 'node:crypto'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProxyServer } from '../../../harness/proxy/server.ts'
import { ProxyControl } from '../../../harness/stack/proxy-control.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import type { Link, Topology } from '../../../harness/stack/topology.ts'

export const links: readonly Link[] = [
  { name: 'harness-to-auth', from: 'harness', to: 'auth' },
  { name: 'feed-to-auth', from: 'feed', to: 'auth' },
  { name: 'photos-to-auth', from: 'photos', to: 'auth' },
  { name: 'feed-to-config', from: 'feed', to: 'config' },
]

/** The services between which these links are. */
export const fewServices: Topology = {
  services: [
    { name: 'auth', role: 'auth', program: 'auth', calls: [] },
    { name: 'feed', role: 'feed', program: 'app', calls: ['auth', 'config'] },
    { name: 'photos', role: 'photos', program: 'app', calls: ['auth'] },
    { name: 'config', role: 'config', program: 'config', calls: [] },
  ],
  doors: [],
  control: ['auth'],
  cells: [],
}

export interface Seen {
  /** `answered`, `no answer`, or the error's code. */
  result: string
  ms: number
}

/** One fault proxy with a link for each of `links` to a server that answers everything with what it was asked for. */
export async function startWorld() {
  const upstream = createServer((asked, response) => response.end(asked.url))
  await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve))
  const { port } = upstream.address() as AddressInfo
  const server = await createProxyServer({ host: '127.0.0.1', apiPort: 0 })
  const proxy = new ProxyControl(server.apiUrl)
  const addresses = await proxy.open(
    links.map(link => ({ link, listen: '127.0.0.1:0', upstream: `127.0.0.1:${port}` })),
  )

  const agents: Agent[] = []
  function caller(link: string) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    agents.push(agent)
    return (deadlineMs = 10_000) => ask(`http://${addresses.get(link)}/${randomUUID()}`, agent, deadlineMs)
  }

  return {
    proxy,
    /** What a fault sees of a stack. */
    stack: stackWith(proxy, links),
    /** Asks once over a link, on a new connection. */
    probe: (link: string, deadlineMs?: number) => caller(link)(deadlineMs),
    /** A caller that keeps its connection. */
    caller,
    async [Symbol.asyncDispose]() {
      for (const agent of agents) agent.destroy()
      await server.close()
      upstream.closeAllConnections()
      await new Promise(resolve => upstream.close(resolve))
    },
  }
}

export function stackWith(proxy: ProxyControl, all: readonly Link[]): Stack {
  return { links: all, topology: { services: [], cells: [] }, proxy } as unknown as Stack
}

function ask(url: string, agent: Agent, deadlineMs: number): Promise<Seen> {
  const began = performance.now()
  return new Promise(resolve => {
    const settle = (result: string) => resolve({ result, ms: performance.now() - began })
    const asked = request(url, { agent }, async response => {
      let text = ''
      try {
        for await (const chunk of response) text += chunk
        settle(url.endsWith(text) ? 'answered' : `answered ${text}`)
      } catch (error) {
        settle((error as NodeJS.ErrnoException).code ?? 'error')
      }
    })
    asked.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? 'error'))
    setTimeout(() => {
      settle('no answer')
      asked.destroy()
    }, deadlineMs).unref()
    asked.end()
  })
}
