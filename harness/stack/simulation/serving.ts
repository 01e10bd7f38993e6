/** A service as the virtual network sees it: requests in, answers out, at the cost of its processor time. */
import type { FetchHandler } from '../../../services/common/serve.ts'
import type { Peer, Serve } from './connection.ts'
import { type HttpAnswer, type HttpRequest, sizeOf } from './messages.ts'
import type { VirtualProcess } from './process.ts'
import { VirtualRequest, VirtualResponse } from './web-messages.ts'

/** Where all requests come from: the fault proxy stands before every service, on this machine. */
const peerAddress = '127.0.0.1'
const noBody = Buffer.alloc(0)

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
  const { headers, body, method, path } = request
  try {
    const asked = new VirtualRequest(`http://${headers.host}${path}`, { method, headers, body })
    const response = await service.fetch(asked as unknown as Request, peerAddress)
    if (!(response instanceof VirtualResponse)) throw new TypeError('no answer of this world')
    return answerOf(response, method)
  } catch {
    // As the server does that the services have elsewhere.
    return { status: 500, headers: { date: dateNow() }, body: noBody }
  }
}

let second = 0
let dateOfSecond = ''

/** As servers write it, put together once a second. */
function dateNow(): string {
  const now = Math.floor(Date.now() / 1000)
  if (now !== second) dateOfSecond = new Date(1000 * now).toUTCString()
  second = now
  return dateOfSecond
}

function answerOf(response: VirtualResponse, method: string): HttpAnswer {
  const { status } = response
  const headers: HttpAnswer['headers'] = { date: dateNow() }
  for (const [name, value] of response.headers) if (name !== 'set-cookie') headers[name] = value
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  if (method === 'HEAD') return { status, headers, body: noBody }
  const content = response.take()
  const body = content === null ? noBody : Buffer.from(content as string)
  headers['content-length'] = String(body.length)
  return { status, headers, body }
}
