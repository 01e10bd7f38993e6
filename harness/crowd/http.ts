/** One request as a client makes it: no hidden retry, a deadline, and an honest word on how it failed. */
import { Client, type Dispatcher } from 'undici'

export interface HttpRequest {
  method: 'GET' | 'POST'
  /** Base address of the door. */
  door: string
  path: string
  headers?: Record<string, string>
  body?: string
}

/** One connection to a door, made when it is first used. */
export interface Connection {
  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void
  destroy(): Promise<void>
}

/** Where connections lead in another way than over sockets: what makes them, by door. */
let makeConnection: ((door: string) => Connection) | undefined

/** Lets all clients of this thread connect in another way; undefined for sockets. For simulations. */
export function connectThrough(make: typeof makeConnection): void {
  makeConnection = make
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
  readonly #deadlineMs: number
  /** Connections that nobody uses at the moment, by door, the one used last on top: taking one costs the same however many. */
  readonly #idle = new Map<string, Connection[]>()
  readonly #all = new Set<Connection>()
  #isOff = false

  /** `deadlineMs`: the patience of a user, for one request. */
  constructor({ deadlineMs }: { deadlineMs: number }) {
    this.#deadlineMs = deadlineMs
  }

  /** While it is off nothing is sent, and whoever asks is told so at once. */
  set isOff(isOff: boolean) {
    this.#isOff = isOff
  }

  /** Never rejects. */
  request({ method, door, path, headers = {}, body }: HttpRequest): Promise<HttpResult> {
    if (this.#isOff) return Promise.resolve(switchedOff)
    const client = this.#idle.get(door)?.pop() ?? this.#connect(door)
    const exchange = new Exchange(this.#deadlineMs, isWhole => this.#giveBack(door, client, isWhole))
    try {
      client.dispatch({ path, method, headers, body: body ?? null }, exchange)
    } catch (error) {
      exchange.onResponseError(undefined, error as Error)
    }
    return exchange.result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map(client => client.destroy()))
  }

  #connect(door: string): Connection {
    const connection = makeConnection?.(door) ?? this.#socket(door)
    this.#all.add(connection)
    return connection
  }

  #socket(door: string): Connection {
    // It retries nothing; limits of its own would hide which deadline it was.
    return new Client(door, {
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: this.#deadlineMs },
      pipelining: 1,
    })
  }

  #giveBack(door: string, client: Connection, isWhole: boolean): void {
    if (!isWhole) {
      this.#all.delete(client)
      client.destroy().catch(() => {})
      return
    }
    const idle = this.#idle.get(door)
    if (idle) idle.push(client)
    else this.#idle.set(door, [client])
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
  readonly #over: (isWhole: boolean) => void
  #resolve: (result: HttpResult) => void = () => {}
  #controller: Dispatcher.DispatchController | undefined
  #isOver = false
  #status = 0
  #headers: Record<string, string | string[] | undefined> = {}
  #chunks: Buffer[] = []

  /** `over`: told once whether its connection can be used again. */
  constructor(deadlineMs: number, over: (isWhole: boolean) => void) {
    this.result = new Promise(resolve => {
      this.#resolve = resolve
    })
    this.#deadlineMs = deadlineMs
    this.#over = over
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
    this.#over(result.kind === 'answer')
    this.#resolve(result)
  }
}

const givenUp = new Error('given up')
