/** A service as the virtual network sees it: requests in, answers out, at the cost of its processor time. */
import type { FetchHandler } from '../../../services/common/serve.ts'
import type { Peer, Serve } from './connection.ts'
import { type HttpAnswer, type HttpRequest, sizeOf } from './messages.ts'
import type { VirtualProcess } from './process.ts'

/** Where all requests come from: the fault proxy stands before every service, on this machine. */
const peerAddress = '127.0.0.1'

export interface ServiceOptions {
  process: VirtualProcess
  service: FetchHandler
  /** What a request costs, ms. */
  requestMs: number
  /** Told of each request before it is looked at. */
  onRequest?: () => void
}

export function servicePeer(options: ServiceOptions): Peer {
  const { process, requestMs } = options
  const serve: Serve = (request, reply) =>
    process.work(requestMs, () => {
      options.onRequest?.()
      void answerTo(request as HttpRequest, options).then(answer => {
        if (!process.isOver) process.run(() => reply(answer, sizeOf(answer)))
      })
    })
  return { belongings: process.belongings, serve }
}

async function answerTo(request: HttpRequest, { service }: ServiceOptions): Promise<HttpAnswer> {
  try {
    const response = await service.fetch(requestOf(request), peerAddress)
    const headers: HttpAnswer['headers'] = { date: new Date().toUTCString() }
    for (const [name, value] of response.headers) if (name !== 'set-cookie') headers[name] = value
    const cookies = response.headers.getSetCookie()
    if (cookies.length > 0) headers['set-cookie'] = cookies
    const body = response.body === null ? Buffer.alloc(0) : Buffer.from(await response.arrayBuffer())
    if (request.method === 'HEAD') return { status: response.status, headers, body: Buffer.alloc(0) }
    headers['content-length'] = String(body.length)
    return { status: response.status, headers, body }
  } catch {
    // As the server does that the services have elsewhere.
    return { status: 500, headers: { date: new Date().toUTCString() }, body: Buffer.alloc(0) }
  }
}

function requestOf({ method, path, headers, body }: HttpRequest): Request {
  return new Request(`http://${headers.host}${path}`, { method, headers, body })
}
