/**
 * A lean `fetch` for calls between services: undici's dispatcher with keep-alive, without the streams and the many
 * small objects of the platform's own, which costs twice the processor time or more.
 *
 * It knows what services use: a full url; method, headers, signal; a body of text, form fields or bytes. It follows no
 * redirect and asks for no content coding. A failure is a TypeError whose `cause` has the code, as with the platform's.
 */
import { createRequire } from 'node:module'
import type { Dispatcher } from 'undici'
import { OutboundResponse } from './outbound-response.ts'

// The agent alone: all of undici would add some 50 ms of processor time to the start of each service.
const Agent = createRequire(import.meta.url)(
  'undici/lib/dispatcher/agent.js',
) as typeof import('undici').Agent

export interface FetchOptions {
  /** PEM: the authority to trust, alone, where it speaks TLS. Default: those that Node trusts. */
  ca?: string | undefined
}

/** Connections are kept and shared by all calls through the same `fetch`. */
export function createFetch({ ca }: FetchOptions = {}): typeof fetch {
  // How long a call may take is for its caller to say, by the signal.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, ...(ca === undefined ? {} : trust(ca)) })
  return async (input, init = {}) => {
    if (input instanceof Request)
      throw new TypeError('fetch failed: only a url can be fetched, not a Request')
    const { origin, pathname, search } = new URL(input)
    const exchange = new Exchange(init.signal ?? undefined)
    const { body, contentType } = bodyOf(init.body ?? undefined)
    const request = {
      origin,
      path: `${pathname}${search}`,
      method: (init.method ?? 'GET').toUpperCase() as Dispatcher.HttpMethod,
      headers: headersOf(init.headers, contentType),
      body,
    }
    try {
      if (!init.signal?.aborted) agent.dispatch(request, exchange)
    } catch (error) {
      exchange.fail(error)
    }
    return exchange.response
  }
}

/** One context for all connections: to make it anew costs each of them a quarter more. */
function trust(ca: string) {
  return { connect: { secureContext: process.getBuiltinModule('node:tls').createSecureContext({ ca }) } }
}

/** One request and its answer: settles `response` when the head is there, and the response's body when that is. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly response: Promise<Response>
  readonly #signal: AbortSignal | undefined
  readonly #abort = () => this.fail(this.#signal?.reason)
  #resolve: (response: Response) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #controller: Dispatcher.DispatchController | undefined
  #answer: OutboundResponse | undefined
  #ended = false

  constructor(signal: AbortSignal | undefined) {
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#signal = signal
    if (signal?.aborted) this.#abort()
    else signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** Ends the exchange; called again it does nothing. An abort takes effect at once, even while still connecting. */
  fail(reason: unknown): void {
    if (this.#end()) return
    const aborted = this.#signal?.aborted === true && reason === this.#signal.reason
    const error = (message: string) => (aborted ? reason : new TypeError(message, { cause: reason }))
    if (this.#answer) this.#answer.fail(error('terminated'))
    else this.#reject(error('fetch failed'))
    if (aborted) this.#controller?.abort(reason as Error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#ended) controller.abort(this.#signal?.reason)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText = '',
  ): void {
    if (status < 200 || this.#ended) return
    this.#answer = new OutboundResponse(status, statusText, headers)
    // What services use of a Response, it has.
    this.#resolve(this.#answer as unknown as Response)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#answer?.add(chunk)
  }

  onResponseEnd(): void {
    if (!this.#end()) this.#answer?.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  /** Marks the end; true if it was marked before. */
  #end(): boolean {
    const before = this.#ended
    this.#ended = true
    this.#signal?.removeEventListener('abort', this.#abort)
    return before
  }
}

/** Names and values in turn, as the dispatcher takes them without looking further. */
function headersOf(headers: RequestInit['headers'], contentType: string | undefined): string[] {
  const flat: string[] = ['accept-encoding', 'identity']
  let typed = false
  const entries = headers === undefined ? [] : Symbol.iterator in headers ? headers : Object.entries(headers)
  for (const [name = '', value = ''] of entries as Iterable<string[]>) {
    const lower = name.toLowerCase()
    if (lower === 'accept-encoding') continue
    if (lower === 'content-type') typed = true
    flat.push(lower, value)
  }
  if (contentType !== undefined && !typed) flat.push('content-type', contentType)
  return flat
}

function bodyOf(body: RequestInit['body']): { body: string | Uint8Array | null; contentType?: string } {
  if (body === undefined || body === null) return { body: null }
  if (typeof body === 'string') return { body, contentType: 'text/plain;charset=UTF-8' }
  if (body instanceof URLSearchParams)
    return { body: body.toString(), contentType: 'application/x-www-form-urlencoded;charset=UTF-8' }
  if (body instanceof Uint8Array) return { body }
  if (body instanceof ArrayBuffer) return { body: new Uint8Array(body) }
  throw new TypeError(`fetch failed: cannot send a body of type ${Object.prototype.toString.call(body)}`)
}
