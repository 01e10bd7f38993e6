/** One request as a client makes it: no hidden retry, a deadline, and an honest word on how it failed. */
import { Agent } from 'undici'

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

  /** `deadlineMs`: the patience of a user, for one request. */
  constructor({ deadlineMs }: { deadlineMs: number }) {
    this.#deadlineMs = deadlineMs
    // undici itself retries nothing here; limits of its own would hide which deadline it was.
    this.#agent = new Agent({
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: deadlineMs },
      pipelining: 1,
    })
  }

  async request({ method, door, path, headers, body }: HttpRequest): Promise<HttpResult> {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), this.#deadlineMs)
    try {
      const answer = await this.#agent.request({
        origin: door,
        path,
        method,
        headers: headers ?? {},
        body: body ?? null,
        signal: controller.signal,
      })
      return {
        kind: 'answer',
        status: answer.statusCode,
        headers: answer.headers,
        body: await answer.body.text(),
      }
    } catch (error) {
      if (controller.signal.aborted) return { kind: 'timeout', reason: `no answer in ${this.#deadlineMs} ms` }
      const { code, message } = error as { code?: string; message: string }
      return { kind: unreachableCodes.has(code ?? '') ? 'unreachable' : 'lost', reason: message }
    } finally {
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
  }
}
