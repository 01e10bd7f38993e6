/**
 * What auth reports of its own doing. It is kept in a small buffer and sent in the background, so that nobody waits for it;
 * until the buffer is full. Then every request waits for room in it: nothing must be lost. `bulkhead`: what has no room is
 * dropped and counted, and nobody waits.
 */
import type { MiddlewareHandler } from 'hono'
import { basicOf } from '../common/bearer.ts'
import { fetchAnswer } from '../common/call.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'

export interface AuditEvent {
  /** When, ms since the epoch. */
  at: number
  from: string
  what: string
  status: number
}

export interface AuditTrailWorld {
  /** Base address of the sink. */
  url: string
  fetch: typeof fetch
  mitigations: Mitigations
  log: Log
}

export const bufferMax = 100
const batchMax = 50
const sendLimitMs = 5_000
const againMs = 200

export class AuditTrail {
  readonly #world: AuditTrailWorld
  readonly #buffer: AuditEvent[] = []
  readonly #waiting: (() => void)[] = []
  #sending = false
  #stopped = false
  #dropped = 0

  constructor(world: AuditTrailWorld) {
    this.#world = world
  }

  /** Events that had no room. */
  get dropped(): number {
    return this.#dropped
  }

  /** Resolves once it is in the buffer, or dropped. Never rejects. */
  async note(event: AuditEvent): Promise<void> {
    const { mitigations, log } = this.#world
    while (this.#buffer.length >= bufferMax && !this.#stopped) {
      if (mitigations.has('bulkhead')) {
        this.#dropped += 1
        log('audit-event-dropped', { dropped: this.#dropped })
        return
      }
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    this.#buffer.push(event)
    void this.#send()
  }

  stop(): void {
    this.#stopped = true
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async #send(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    while (this.#buffer.length > 0 && !this.#stopped) {
      // They keep their places until they have arrived.
      const batch = this.#buffer.slice(0, batchMax)
      if (await this.#arrived(batch)) {
        this.#buffer.splice(0, batch.length)
        for (const wake of this.#waiting.splice(0, batch.length)) wake()
      } else await new Promise(resolve => setTimeout(resolve, againMs))
    }
    this.#sending = false
  }

  async #arrived(events: readonly AuditEvent[]): Promise<boolean> {
    const { url, fetch, log } = this.#world
    try {
      const call = { method: 'POST', path: '/events', purpose: 'background', timeoutMs: sendLimitMs } as const
      const headers = { 'content-type': 'application/json' }
      const sent = { ...call, headers, body: JSON.stringify({ events }) }
      return (await fetchAnswer(fetch, url, sent, sendLimitMs)).status < 300
    } catch (error) {
      log('audit-sink-not-reached', { reason: (error as Error).message })
      return false
    }
  }
}

/** Reports what was asked of auth and how it answered; operators' and health checks are nobody's concern. */
export function audited(trail: Pick<AuditTrail, 'note'>): MiddlewareHandler {
  return async (context, next) => {
    await next()
    const { path, method } = context.req
    if (method !== 'POST' || path.startsWith('/admin/')) return
    const from = basicOf(context.req.raw)?.id ?? 'unknown'
    await trail.note({ at: Date.now(), from, what: path, status: context.res.status })
  }
}
