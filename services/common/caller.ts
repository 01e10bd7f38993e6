/**
 * Calls to another service, with the resilience that the architecture gives them:
 *
 *   deadline ─> retry (budget, jitter) ─> place (bulkhead) ─> endpoint ─> its circuit ─> attempt with its own timeout
 *
 * Without mitigations it does what most code does: one timeout, one more try at once, one pool for everything.
 */
import type { Places } from './bulkhead.ts'
import { type Answer, type Call, CallFailed, failed, fetchAnswer } from './call.ts'
import { Endpoints } from './endpoints.ts'
import type { Log } from './log.ts'
import type { Mitigations } from './mitigations.ts'
import { RetryBudget } from './retry-budget.ts'
import { noteHop } from './trace.ts'

export { type Answer, type Call, CallFailed, type FailureKind, type Purpose } from './call.ts'

export interface Caller {
  /** Resolves with an answer or rejects with CallFailed, never with anything else. */
  call(call: Call): Promise<Answer>
}

export interface CallerWorld {
  /** Base addresses of the dependency, read anew for each attempt. */
  endpoints: () => readonly string[]
  /** The dependency's name: for the log, and for its places. */
  name: string
  fetch: typeof fetch
  log: Log
  mitigations: Mitigations
  /** One for the process, shared by all its callers. */
  places: Places
}

const attempts = 2
const backoffMsMax = 100
/** Nothing was sent, and trying again at once would change nothing. */
const localFailures = new Set(['circuit-open', 'no-endpoint', 'bulkhead-full'])

/** One caller for each dependency and process: the retry budget and the circuits are the caller's. */
export function createCaller(world: CallerWorld): Caller {
  const { name, places } = world
  const budget = world.mitigations.has('retry-budget') ? new RetryBudget() : undefined
  const endpoints = new Endpoints(world)

  async function attempt(call: Call, limitMs: number, asked: Set<string>): Promise<Answer> {
    const until = Date.now() + limitMs
    if (limitMs <= 0) throw failed('timeout', call, `no time left to call ${name}`)
    const why = endpoints.whyNone(call.purpose)
    if (why) throw failed(why, call, `${why} for ${name}`)
    const release = await places.take(name, call.purpose, limitMs)
    if (!release) throw failed(places.failure, call, `no place for ${call.purpose} at ${name}`)
    try {
      const leftMs = until - Date.now()
      if (leftMs <= 0) throw failed('timeout', call, `no time left to call ${name}`)
      const outcome = await endpoints.ask(call.purpose, asked, url =>
        fetchAnswer(world.fetch, url, call, leftMs).catch(plainNo),
      )
      if (outcome instanceof CallFailed) throw outcome
      if (outcome) return outcome
      // Things changed while it waited for its place.
      const whyNow = endpoints.whyNone(call.purpose) ?? 'circuit-open'
      throw failed(whyNow, call, `${whyNow} for ${name}`)
    } finally {
      release()
    }
  }

  /** How long to wait before another attempt, ms; undefined if there may be none. */
  function waitMsAfter(failure: CallFailed, tried: number, deadline: number): number | undefined {
    if (tried >= attempts || localFailures.has(failure.kind)) return undefined
    if (!budget) return 0
    const waitMs = (failure.retryAfterMs ?? 0) + Math.random() * backoffMsMax
    return Date.now() + waitMs < deadline && budget.withdraw() ? waitMs : undefined
  }

  return {
    async call(call) {
      // The budget's deadline leaves room for a second attempt after a quick failure, not after a full timeout.
      const deadline = budget ? Date.now() + 1.5 * call.timeoutMs : Number.POSITIVE_INFINITY
      const asked = new Set<string>()
      budget?.deposit()
      for (let tried = 1; ; tried += 1) {
        try {
          const answer = await attempt(call, Math.min(call.timeoutMs, deadline - Date.now()), asked)
          noteHop({ to: name, path: call.path, status: answer.status })
          return answer
        } catch (error) {
          if (!(error instanceof CallFailed)) throw error
          noteFailure(name, call, error)
          const waitMs = waitMsAfter(error, tried, deadline)
          if (waitMs === undefined) throw error
          if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs))
        }
      }
    },
  }
}

function noteFailure(to: string, { path }: Call, { kind, status }: CallFailed): void {
  noteHop({ to, path, ...(status === undefined ? {} : { status }), failure: kind })
}

/** A 429 as a value, since it is said by a dependency that is up and must not count against it; throws all else. */
function plainNo(error: unknown): CallFailed {
  if (error instanceof CallFailed && error.kind === 'overloaded') return error
  throw error
}
