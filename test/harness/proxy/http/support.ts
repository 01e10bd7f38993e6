/** A real HTTP server behind a proxy, and clients that keep their connections. */
import { Agent, createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startProxyServer } from '../support.ts'

export interface Seen {
  status: number
  headers: IncomingHttpHeaders
  body: string
  /** The error's code, where the answer did not come or not to its end. */
  error: string | undefined
  ms: number
}

export interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** Answers everything with its method and path as JSON. */
export const mirror: RequestListener = (asked, response) => {
  let body = ''
  asked.on('data', data => {
    body += data
  })
  asked.on('end', () => {
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('X-Kept', 'yes')
    response.end(JSON.stringify({ method: asked.method, url: asked.url, body }))
  })
}

export async function startHttp(listener: RequestListener = mirror, random?: () => number) {
  const heard: string[] = []
  const upstream = createServer((asked, response) => {
    heard.push(`${asked.method} ${asked.url}`)
    listener(asked, response)
  })
  upstream.keepAliveTimeout = 60_000
  await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve))
  const proxy = await startProxyServer(random === undefined ? {} : { random })
  const port = await proxy.proxyTo((upstream.address() as AddressInfo).port)
  const agents: Agent[] = []
  return {
    proxy,
    port,
    upstream,
    /** What upstream has been asked, in order. */
    heard,
    /** A client with one connection that it keeps. */
    client() {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      agents.push(agent)
      return (path: string, asked: Asked = {}) => ask(port, agent, path, asked)
    },
    addToxic: (attributes: object, name = 'h') =>
      proxy.must('POST', '/proxies/p/toxics', { type: 'http', name, attributes }),
    removeToxic: (name = 'h') => proxy.must('DELETE', `/proxies/p/toxics/${name}`),
    async toxic(name = 'h') {
      const evidence = (await proxy.evidence()).toxics[name]
      if (evidence === undefined) throw new Error(`no toxic ${name}`)
      return evidence as typeof evidence & { requests: number }
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents) agent.destroy()
      await proxy[Symbol.asyncDispose]()
      upstream.closeAllConnections()
      await new Promise(resolve => upstream.close(resolve))
    },
  }
}

export function ask(
  port: number,
  agent: Agent,
  path: string,
  { method = 'GET', headers, body }: Asked,
): Promise<Seen> {
  const startedAt = performance.now()
  return new Promise(resolve => {
    const seen: Seen = { status: 0, headers: {}, body: '', error: undefined, ms: 0 }
    const settle = (error?: NodeJS.ErrnoException) =>
      resolve({ ...seen, error: error && (error.code ?? error.message), ms: performance.now() - startedAt })
    const options = { host: '127.0.0.1', port, agent, path, method, headers: headers ?? {} }
    const asked = request(options, async response => {
      seen.status = response.statusCode ?? 0
      seen.headers = response.headers
      try {
        for await (const data of response.setEncoding('utf8')) seen.body += data
        settle()
      } catch (error) {
        settle(error as NodeJS.ErrnoException)
      }
    })
    asked.on('error', settle)
    asked.end(body)
  })
}

/** Basic credentials as the services send them. */
export function basic(user: string, secret = 'secret'): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(user)}:${secret}`).toString('base64')}`
}
