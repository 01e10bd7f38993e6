/** One call to another service, what may come of it, and the single attempt at it. */
import { traceHeaders } from './trace.ts'

/** Why a service calls another; each has its own places (`bulkhead`) and its own circuit (`circuit-breaker`). */
export type Purpose = 'session-check' | 'refresh' | 'sign-in' | 'background'

/**
 * Why there is no usable answer. Three are the caller's own doing, and nothing was sent: `circuit-open`,
 * `no-endpoint` (discovery names nobody to ask) and `bulkhead-full` (no place for this purpose).
 */
export type FailureKind =
  | 'timeout'
  | 'unreachable'
  | 'lost'
  | 'server-error'
  | 'overloaded'
  | 'circuit-open'
  | 'no-endpoint'
  | 'bulkhead-full'

export interface CallFailedOptions extends ErrorOptions {
  /** Status of the answer, where there was one. */
  status?: number
  /** What the answer asked for in Retry-After, ms. */
  retryAfterMs?: number
}

export class CallFailed extends Error {
  override readonly name = 'CallFailed'
  readonly kind: FailureKind
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined

  constructor(kind: FailureKind, message: string, options: CallFailedOptions = {}) {
    super(message, options)
    this.kind = kind
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }
}

/** A complete answer below 500 and other than 429, its body read. */
export interface Answer {
  status: number
  headers: Headers
  text: string
}

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  headers?: Record<string, string>
  body?: string | URLSearchParams
  /** Limit for one attempt, ms; waiting for a place counts. */
  timeoutMs: number
  purpose: Purpose
}

/** Makes one attempt. Resolves with an answer or rejects with CallFailed. */
export async function fetchAnswer(
  fetch: typeof globalThis.fetch,
  baseUrl: string,
  call: Call,
  limitMs: number,
): Promise<Answer> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), limitMs)
  let answered = false
  try {
    const response = await fetch(`${baseUrl}${call.path}`, {
      method: call.method ?? 'GET',
      headers: { ...call.headers, ...traceHeaders() },
      body: call.body ?? null,
      redirect: 'manual',
      signal: controller.signal,
    })
    answered = true
    const text = await response.text()
    const { status, headers } = response
    if (status === 429 || status >= 500) throw refused(call, status, headers)
    return { status, headers, text }
  } catch (error) {
    if (error instanceof CallFailed) throw error
    if (controller.signal.aborted) throw failed('timeout', call, `no answer in ${Math.round(limitMs)} ms`)
    throw failed(answered ? 'lost' : 'unreachable', call, String((error as Error).cause ?? error))
  } finally {
    clearTimeout(timer)
  }
}

export function failed(
  kind: FailureKind,
  call: Call,
  why: string,
  options: CallFailedOptions = {},
): CallFailed {
  return new CallFailed(kind, `${call.method ?? 'GET'} ${call.path}: ${why}`, options)
}

function refused(call: Call, status: number, headers: Headers): CallFailed {
  const retryAfterMs = readRetryAfterMs(headers.get('retry-after'))
  return failed(status === 429 ? 'overloaded' : 'server-error', call, `answered ${status}`, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** RFC 9110, 10.2.3: seconds, or a date. What is neither says nothing. */
function readRetryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const untilMs = Date.parse(value) - Date.now()
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs)
}
