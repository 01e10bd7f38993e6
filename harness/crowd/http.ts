/** One request as a client makes it: no hidden retry, a deadline, and an honest word on how it failed. */
import { Agent, type Dispatcher } from 'undici'

export interface HttpRequest {
  method: 'GET' | 'POST'
  /** Base address of the door. */
  door: string
  path: string
  headers?: Record<string, string>
  body?: string
}

export type HttpResult =
  | { kind: 'answer'; status: number; headers: Record<string, string | string[] | undefined>; body: string }
  /** How it failed: see `Result` in the history. */
  | { kind: 'timeout' | 'unreachable' | 'lost'; reason: string }

/** Codes of errors that come before a connection stands. */
const unreachableCodes = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])

export class HttpClient implements AsyncDisposable {
  readonly #agent: Agent
  readonly #deadlineMs: number
  #isOff = false

  /** `deadlineMs`: the patience of a user, for one request. */
  constructor({ deadlineMs }: { deadlineMs: number }) {
    this.#deadlineMs = deadlineMs
    // undici's dispatcher retries nothing; limits of its own would hide which deadline it was.
    this.#agent = new Agent({
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: deadlineMs },
      pipelining: 1,
    })
  }

  /** While it is off nothing is sent, and whoever asks is told so at once. */
  set isOff(isOff: boolean) {
    this.#isOff = isOff
  }

  /** Never rejects. */
  request({ method, door, path, headers = {}, body }: HttpRequest): Promise<HttpResult> {
    if (this.#isOff) return Promise.resolve(switchedOff)
    const exchange = new Exchange(this.#deadlineMs)
    try {
      this.#agent.dispatch({ origin: door, path, method, headers, body: body ?? null }, exchange)
    } catch (error) {
      exchange.onResponseError(undefined, error as Error)
    }
    return exchange.result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
  }
}

const switchedOff: HttpResult = { kind: 'unreachable', reason: 'nothing is sent just now' }

/**
 * One request and its answer, read as it comes: without the streams and signals of undici's own `request`, which cost as
 * much as all the rest.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly result: Promise<HttpResult>
  readonly #deadlineMs: number
  readonly #timer: NodeJS.Timeout
  #resolve: (result: HttpResult) => void = () => {}
  #controller: Dispatcher.DispatchController | undefined
  #isOver = false
  #status = 0
  #headers: Record<string, string | string[] | undefined> = {}
  #chunks: Buffer[] = []

  constructor(deadlineMs: number) {
    this.result = new Promise(resolve => {
      this.#resolve = resolve
    })
    this.#deadlineMs = deadlineMs
    this.#timer = setTimeout(() => this.#giveUp(), deadlineMs)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Given up while it waited for its connection.
    if (this.#isOver) controller.abort(givenUp)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // A word in between, such as 103, is no answer.
    if (status < 200) return
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [only = Buffer.alloc(0)] = this.#chunks
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : only
    this.#end({ kind: 'answer', status: this.#status, headers: this.#headers, body: bytes.toString('utf8') })
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    const { code, message } = error as Error & { code?: string }
    this.#end({ kind: unreachableCodes.has(code ?? '') ? 'unreachable' : 'lost', reason: message })
  }

  #giveUp(): void {
    this.#end({ kind: 'timeout', reason: `no answer in ${this.#deadlineMs} ms` })
    this.#controller?.abort(givenUp)
  }

  #end(result: HttpResult): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#resolve(result)
  }
}

const givenUp = new Error('given up')
