/**
 * A TCP fault proxy that is driven over HTTP like Toxiproxy 2.12: point any Toxiproxy client at `apiUrl`.
 * What is beyond it is listed in firebreak-api.ts.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { formatAddress } from './addresses.ts'
import { type Answer, ApiError, errorAnswer, plainText } from './answers.ts'
import { createApi } from './api.ts'
import { ProxyCollection } from './collection.ts'
import { createFirebreakApi } from './firebreak-api.ts'
import { createServer } from './node-http.ts'
import { match, type Routes } from './router.ts'
import type { ToxicType } from './stage.ts'
import { catalogue } from './toxics/catalogue.ts'

export interface ProxyServerOptions {
  /** Address for the API. */
  host: string
  /** Port for the API; 0 lets the system choose. */
  apiPort: number
  /** Source of every draw (toxicity, jitter): uniform in [0, 1). Default: Math.random. */
  random?: () => number
  /** The toxics that may be added. Default: the catalogue. */
  toxics?: readonly ToxicType[]
  /** Whether to serve Prometheus metrics at /metrics. Default: no. */
  metrics?: boolean
  /** Told of faults of the proxy itself. Default: a line on stderr. */
  onFault?: (error: unknown) => void
}

export interface ProxyServer {
  /** Base address of the API, `http://host:port`. */
  apiUrl: string
  apiPort: number
  /** Stops the API and every proxy, and closes every connection. */
  close(): Promise<void>
}

const bodyBytesMax = 4 * 1024 * 1024

/** Starts a proxy server without proxies. Rejects if the API cannot listen. */
export async function createProxyServer(options: ProxyServerOptions): Promise<ProxyServer> {
  const { random = Math.random, toxics = catalogue, onFault = error => console.error(error) } = options
  const proxies = new ProxyCollection({ random, onFault })
  const routes = {
    ...createApi(proxies, toxics),
    ...createFirebreakApi(proxies, { metrics: options.metrics ?? false }),
  }
  const server = createServer({ requestTimeout: 15_000, keepAliveTimeout: 60_000 }, (request, response) => {
    respond(routes, request, response).catch(error => {
      onFault(error)
      response.destroy()
    })
  })
  await listen(server, options)
  const { address, port } = server.address() as AddressInfo
  const wildcard = address === '0.0.0.0' || address === '::'
  return {
    apiUrl: `http://${formatAddress({ host: wildcard ? '127.0.0.1' : address, port })}`,
    apiPort: port,
    close: () =>
      new Promise(resolve => {
        proxies.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, { host, apiPort }: ProxyServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', error =>
      reject(
        new Error(`the proxy's API cannot listen on ${host}:${apiPort}: ${error.message}`, { cause: error }),
      ),
    )
    server.listen(apiPort, host, resolve)
  })
}

async function respond(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = match(routes, request.method ?? '', request.url ?? '')
  if (!('handler' in found)) {
    send(response, found)
    return
  }
  response.setHeader('X-Toxiproxy-Request-Id', requestId())
  if (request.headers['user-agent']?.startsWith('Mozilla/')) {
    send(response, plainText(403, 'User agent not allowed\n'))
    return
  }
  try {
    const body = await readBody(request)
    send(response, await found.handler(found.parameters, body))
  } catch (error) {
    send(response, errorAnswer(error))
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }
  response.writeHead(status, { ...headers, ...length })
  response.end(body)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new ApiError(413, `request body is over ${bodyBytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** 96 random bits as 20 characters of base 32, the shape of the ids that Toxiproxy gives. */
function requestId(): string {
  const bits = BigInt(`0x${randomBytes(12).toString('hex')}`) << 4n
  return bits.toString(32).padStart(20, '0')
}
