/**
 * Calls to another service, with the resilience that the architecture gives them:
 *
 *   deadline ─> retry (budget, jitter) ─> circuit breaker ─> attempt with its own timeout ─> fetch
 *
 * Without mitigations it does what most code does: one timeout, and one more try at once.
 */
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IPolicy,
  noop,
} from 'cockatiel'
import type { Log } from './log.ts'
import type { Mitigations } from './mitigations.ts'
import { RetryBudget } from './retry-budget.ts'

/** Why there is no usable answer. */
export type FailureKind = 'timeout' | 'unreachable' | 'lost' | 'server-error' | 'overloaded' | 'circuit-open'

export class CallFailed extends Error {
  override readonly name = 'CallFailed'
  readonly kind: FailureKind
  readonly status: number | undefined

  constructor(kind: FailureKind, message: string, status?: number, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
    this.status = status
  }
}

/** A complete answer below 500 and other than 429, its body read. */
export interface Answer {
  status: number
  headers: Headers
  text: string
}

export interface Call {
  method?: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string | URLSearchParams
  /** Limit for one attempt, ms. */
  timeoutMs: number
}

export interface Caller {
  /** Resolves with an answer or rejects with CallFailed, never with anything else. */
  call(call: Call): Promise<Answer>
}

export interface CallerWorld {
  fetch: typeof fetch
  log: Log
  mitigations: Mitigations
}

/** A breaker opens after this many failures in a row, and lets one probe through after `breakerOpenMs`. */
const breakerFailures = 5
const breakerOpenMs = 500
const attempts = 2
const backoffMsMax = 100

export function createCaller(baseUrl: string, { fetch, log, mitigations }: CallerWorld): Caller {
  const budget = mitigations.has('retry-budget') ? new RetryBudget() : undefined
  const breaker = mitigations.has('circuit-breaker') ? createBreaker(baseUrl, log) : noop

  async function attempt(call: Call, deadline: number): Promise<Answer> {
    const limitMs = Math.min(call.timeoutMs, deadline - Date.now())
    if (limitMs <= 0) throw new CallFailed('timeout', `no time left to call ${baseUrl}${call.path}`)
    try {
      return await breaker.execute(() => fetchAnswer(fetch, baseUrl, call, limitMs))
    } catch (error) {
      if (error instanceof BrokenCircuitError)
        throw new CallFailed('circuit-open', `circuit open for ${baseUrl}`)
      throw error
    }
  }

  return {
    async call(call) {
      // The budget's deadline leaves room for a second attempt after a quick failure, not after a full timeout.
      const deadline = budget ? Date.now() + 1.5 * call.timeoutMs : Number.POSITIVE_INFINITY
      budget?.deposit()
      for (let tried = 1; ; tried += 1) {
        try {
          return await attempt(call, deadline)
        } catch (error) {
          if (!(error instanceof CallFailed)) throw error
          const mayRetry = tried < attempts && error.kind !== 'circuit-open'
          if (!mayRetry || (budget && !budget.withdraw())) throw error
          if (budget) await sleep(Math.random() * backoffMsMax)
        }
      }
    },
  }
}

function createBreaker(baseUrl: string, log: Log): IPolicy {
  const breaker = circuitBreaker(
    handleWhen(error => error instanceof CallFailed),
    {
      breaker: new ConsecutiveBreaker(breakerFailures),
      // Longer waits after failed probes, so that a service on its knees is not asked by everybody at once.
      halfOpenAfter: new ExponentialBackoff({ initialDelay: breakerOpenMs, maxDelay: 2 * breakerOpenMs }),
    },
  )
  breaker.onBreak(() => log('circuit-opened', { to: baseUrl }))
  breaker.onReset(() => log('circuit-closed', { to: baseUrl }))
  return breaker
}

async function fetchAnswer(
  fetch: CallerWorld['fetch'],
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
      headers: call.headers ?? {},
      body: call.body ?? null,
      redirect: 'manual',
      signal: controller.signal,
    })
    answered = true
    const text = await response.text()
    if (response.status >= 500)
      throw failed('server-error', call, `answered ${response.status}`, response.status)
    if (response.status === 429) throw failed('overloaded', call, 'answered 429', 429)
    return { status: response.status, headers: response.headers, text }
  } catch (error) {
    if (error instanceof CallFailed) throw error
    if (controller.signal.aborted) throw failed('timeout', call, `no answer in ${Math.round(limitMs)} ms`)
    throw failed(answered ? 'lost' : 'unreachable', call, String((error as Error).cause ?? error))
  } finally {
    clearTimeout(timer)
  }
}

function failed(kind: FailureKind, call: Call, why: string, status?: number): CallFailed {
  return new CallFailed(kind, `${call.method ?? 'GET'} ${call.path}: ${why}`, status)
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
