/** Calls over the virtual network: as `fetch`, and as the crowd's connections have it. */
import type { Dispatcher } from 'undici'
import { OutboundResponse } from '../../../services/common/outbound-response.ts'
import type { Connection } from '../../crowd/http.ts'
import type { VirtualConnection } from './connection.ts'
import { type HttpAnswer, type HttpRequest, refused, sizeOf, WireError } from './messages.ts'
import type { VirtualNetwork } from './network.ts'
import { runningProcess } from './process.ts'

/** A connection that nobody has used for so long is closed, ms: undici's keep-alive. */
const keptMs = 4_000

/** Idle connections of one caller, by address: the last one used is the first to be used again. */
export class Connections {
  readonly #network: VirtualNetwork
  readonly #idle = new Map<string, VirtualConnection[]>()

  constructor(network: VirtualNetwork) {
    this.#network = network
  }

  take(address: string): VirtualConnection | WireError {
    const idle = this.#idle.get(address) ?? []
    for (let last = idle.pop(); last; last = idle.pop()) {
      if (isUsable(last, this.#network)) return last
      last.destroy()
    }
    return this.#network.linkAt(address)?.dial() ?? refused(address)
  }

  giveBack(address: string, connection: VirtualConnection): void {
    if (connection.isOver) return
    const idle = this.#idle.get(address)
    if (idle) idle.push(connection)
    else this.#idle.set(address, [connection])
  }
}

function isUsable(connection: VirtualConnection, { clock }: VirtualNetwork): boolean {
  return !connection.isOver && clock.now - connection.idleSince < keptMs
}

/** A `fetch` of one caller, a service or the harness: see services/common/outbound.ts. */
export function virtualFetch(network: VirtualNetwork): typeof fetch {
  const connections = new Connections(network)
  return (input, init = {}) => {
    const { host, pathname, search } = new URL(String(input))
    const { body, contentType } = bodyOf(init.body ?? undefined)
    const headers = headersOf(init.headers, host, contentType)
    const method = (init.method ?? 'GET').toUpperCase()
    if (body) headers['content-length'] = String(body.length)
    return exchange(network, connections, host, {
      request: { method, path: `${pathname}${search}`, headers, body },
      signal: init.signal ?? undefined,
    })
  }
}

function exchange(
  network: VirtualNetwork,
  connections: Connections,
  address: string,
  { request, signal }: { request: HttpRequest; signal: AbortSignal | undefined },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const connection = connections.take(address)
    const process = runningProcess()
    const within = (then: () => void) => (process ? process.work(network.costs.answerMs, then) : then())
    const abort = () => {
      if (connection instanceof WireError) return
      connection.destroy()
      reject(signal?.reason)
    }
    const fail = (error: WireError) => {
      signal?.removeEventListener('abort', abort)
      if (!error.head) return reject(new TypeError('fetch failed', { cause: error }))
      const response = responseOf(error.head)
      resolve(response as unknown as Response)
      response.fail(new TypeError('terminated', { cause: error }))
    }
    if (connection instanceof WireError) {
      network.hop(1, () => (process ? process.run(() => fail(connection)) : fail(connection)))
      return
    }
    signal?.addEventListener('abort', abort, { once: true })
    connection.ask<HttpAnswer>(request, sizeOf(request), {
      answered: answer => {
        connections.giveBack(address, connection)
        within(() => {
          signal?.removeEventListener('abort', abort)
          const response = responseOf(answer)
          response.add(answer.body)
          response.end()
          resolve(response as unknown as Response)
        })
      },
      failed: error => (process ? process.run(() => fail(error)) : fail(error)),
    })
  })
}

function responseOf({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>): OutboundResponse {
  return new OutboundResponse(status, '', headers)
}

function headersOf(
  headers: RequestInit['headers'],
  host: string,
  contentType: string | undefined,
): Record<string, string> {
  const all: Record<string, string> = { host }
  const entries = headers === undefined ? [] : Symbol.iterator in headers ? headers : Object.entries(headers)
  for (const [name = '', value = ''] of entries as Iterable<string[]>) all[name.toLowerCase()] = value
  if (contentType !== undefined) all['content-type'] ??= contentType
  return all
}

function bodyOf(body: RequestInit['body']): { body: Uint8Array<ArrayBuffer> | null; contentType?: string } {
  if (body === undefined || body === null) return { body: null }
  if (typeof body === 'string') return { body: Buffer.from(body), contentType: 'text/plain;charset=UTF-8' }
  if (body instanceof URLSearchParams)
    return {
      body: Buffer.from(body.toString()),
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
    }
  if (body instanceof Uint8Array) return { body: body as Uint8Array<ArrayBuffer> }
  if (body instanceof ArrayBuffer) return { body: new Uint8Array(body) }
  throw new TypeError(`fetch failed: cannot send a body of type ${Object.prototype.toString.call(body)}`)
}

/** A connection of the crowd to a door: see harness/crowd/http.ts. */
export function virtualConnection(network: VirtualNetwork, door: string): Connection {
  const address = new URL(door).host
  let connection: VirtualConnection | undefined
  return {
    dispatch({ path, method, headers, body }, handler) {
      const bytes = typeof body === 'string' ? Buffer.from(body) : null
      const request: HttpRequest = {
        method,
        path,
        headers: { host: address, ...(headers as Record<string, string>) },
        body: bytes,
      }
      if (bytes) request.headers['content-length'] = String(bytes.length)
      if (!connection || !isUsable(connection, network)) {
        connection?.destroy()
        const dialled = network.linkAt(address)?.dial() ?? refused(address)
        if (dialled instanceof WireError) {
          connection = undefined
          network.hop(1, () => handler.onResponseError?.(gone, dialled))
          return
        }
        connection = dialled
      }
      const current = connection
      const controller = { ...gone, abort: () => current.destroy() } as Dispatcher.DispatchController
      handler.onRequestStart?.(controller, {})
      current.ask<HttpAnswer>(request, sizeOf(request), {
        answered: ({ status, headers: given, body: content }) =>
          network.inCrowd(() => {
            handler.onResponseStart?.(controller, status, given)
            if (content.length > 0) handler.onResponseData?.(controller, content)
            handler.onResponseEnd?.(controller, {})
          }),
        failed: error => handler.onResponseError?.(controller, error),
      })
    },
    async destroy() {
      connection?.destroy()
    },
  }
}

/** Of a request that was never under way. */
const gone = {
  abort: () => {},
  pause: () => {},
  resume: () => {},
} as unknown as Dispatcher.DispatchController
