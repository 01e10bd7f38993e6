/** A proxy of the target between real sockets. */
import { type Peer, startClient, startServer } from '../support.ts'
import type { Target } from './target.ts'

export interface Link {
  readonly target: Target
  /** Opens a connection through the proxy. */
  connect(): Promise<Peer>
  /** The server's end of the first connection, once it is there. */
  peer(): Promise<Peer>
  add(
    type: string,
    attributes?: object,
    more?: { stream?: string; toxicity?: number; name?: string },
  ): Promise<void>
  /** Changes toxic `t`. */
  change(body: object): Promise<void>
  /** Removes toxic `t`. */
  remove(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A proxy `@p` to a server; `serve` gets its connections. Without it, it sends back what it gets. */
export async function openLink(
  target: Target,
  serve: (peer: Peer) => void = ({ socket }) => socket.pipe(socket),
): Promise<Link> {
  const server = await startServer(serve)
  const made = await target.must('POST', '/proxies', {
    name: '@p',
    listen: '127.0.0.1:0',
    upstream: `127.0.0.1:${server.port}`,
  })
  const port = Number((JSON.parse(made.body) as { listen: string }).listen.split(':').at(-1))
  const clients: Peer[] = []
  return {
    target,
    async peer() {
      await clients[0]?.until('connected through', () => server.peers.length > 0)
      const [first] = server.peers
      if (first === undefined) throw new Error('nobody has connected')
      return first
    },
    async connect() {
      const client = await startClient(port)
      clients.push(client)
      return client
    },
    async add(type, attributes = {}, more = {}) {
      await target.must('POST', '/proxies/@p/toxics', { name: 't', type, attributes, ...more })
    },
    async change(body) {
      await target.must('PATCH', '/proxies/@p/toxics/t', body)
    },
    async remove() {
      await target.must('DELETE', '/proxies/@p/toxics/t')
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.socket.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}

export const ended = (peer: Peer) => peer.until('ended', ({ ended }) => ended)
export const reset = (peer: Peer) => peer.until('reset', ({ error }) => error === 'ECONNRESET')
export const has = (peer: Peer, count: number) =>
  peer.until(`received ${count} bytes`, ({ bytes }) => bytes >= count)
