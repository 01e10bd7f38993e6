/**
 * `Request` and `Response` as services use them, for far less work than Node's: their bodies are there whole from the
 * start. What is seldom asked of one (a stream, a form) is asked of Node's own.
 */
import { type HeadersLike, VirtualHeaders } from './web-headers.ts'

/** Taken before anybody lays something over it. */
const RealResponse = Response

type Content = string | Uint8Array<ArrayBuffer> | null
/** Streams that were made of a body, to make another message of it without reading them. */
const contents = new WeakMap<ReadableStream, Content>()
const noBytes: Uint8Array<ArrayBuffer> = new Uint8Array()
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

class Body {
  readonly headers: VirtualHeaders
  readonly #content: Content
  #stream: ReadableStream | null | undefined
  #isUsed = false

  constructor(content: Content, headers: VirtualHeaders) {
    this.#content = content
    this.headers = headers
  }

  get bodyUsed(): boolean {
    return this.#isUsed
  }

  get body(): ReadableStream | null {
    if (this.#stream !== undefined) return this.#stream
    this.#stream = this.#content === null ? null : new RealResponse(this.#content).body
    if (this.#stream) contents.set(this.#stream, this.#content)
    return this.#stream
  }

  async text(): Promise<string> {
    const content = this.take()
    return typeof content === 'string' ? content : Buffer.from(content ?? noBytes).toString('utf8')
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return bytesOf(this.take()).buffer
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return bytesOf(this.take())
  }

  blob(): Promise<Blob> {
    return this.#real().blob()
  }

  formData(): Promise<FormData> {
    return this.#real().formData()
  }

  /** The content, once. Throws when it has been read already. */
  take(): Content {
    if (this.#isUsed || this.#stream?.locked)
      throw new TypeError('Body is unusable: Body has already been read')
    this.#isUsed = this.#content !== null
    return this.#content
  }

  #real(): Response {
    const type = this.headers.get('content-type')
    return new RealResponse(this.take(), type === null ? {} : { headers: { 'content-type': type } })
  }
}

/** A copy that nobody else holds, as the standard has it. */
function bytesOf(content: Content): Uint8Array<ArrayBuffer> {
  return typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content ?? noBytes)
}

export interface RequestParts {
  method: string
  headers: Readonly<Record<string, string>>
  body: Uint8Array<ArrayBuffer> | null
}

/** A request as a service gets it from its server. */
export class VirtualRequest extends Body {
  readonly url: string
  readonly method: string
  #signal: AbortSignal | undefined

  constructor(url: string, { method, headers, body }: RequestParts) {
    super(body, new VirtualHeaders(headers))
    this.url = url
    this.method = method
  }

  /** Never aborted: a service is not told that who asked has gone. */
  get signal(): AbortSignal {
    this.#signal ??= new AbortController().signal
    return this.#signal
  }
}

/** Laid over the global one. */
export class VirtualResponse extends Body {
  readonly status: number
  readonly statusText: string
  readonly type = 'default'
  readonly url = ''
  readonly redirected = false

  constructor(body: unknown = null, init: ResponseInit = {}) {
    const { status = 200, statusText = '', headers } = init
    if (!(Number.isInteger(status) && status >= 200 && status <= 599))
      throw new RangeError(`Response: status ${status} is not between 200 and 599`)
    const { content, type } = contentOf(body)
    if (content !== null && bodiless.has(status))
      throw new TypeError(`Response: an answer of status ${status} has no body`)
    super(content, new VirtualHeaders(headers as HeadersLike | undefined))
    if (type !== undefined && !this.headers.has('content-type')) this.headers.set('content-type', type)
    this.status = status
    this.statusText = statusText
  }

  static json(value: unknown, init: ResponseInit = {}): VirtualResponse {
    const response = new VirtualResponse(JSON.stringify(value), init)
    const given = new VirtualHeaders(init.headers as HeadersLike | undefined)
    if (!given.has('content-type')) response.headers.set('content-type', 'application/json')
    return response
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }
}

function contentOf(body: unknown): { content: Content; type?: string } {
  if (body === null || body === undefined) return { content: null }
  // Also as an object: what a template makes is one.
  if (typeof body === 'string' || body instanceof String)
    return { content: String(body), type: 'text/plain;charset=UTF-8' }
  if (body instanceof Uint8Array) return { content: new Uint8Array(body) }
  if (body instanceof ArrayBuffer) return { content: new Uint8Array(body.slice(0)) }
  if (body instanceof URLSearchParams)
    return { content: String(body), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  const known = body instanceof ReadableStream ? contents.get(body) : undefined
  if (known !== undefined) return { content: known }
  throw new TypeError(`Response: a body of type ${Object.prototype.toString.call(body)} cannot be simulated`)
}
