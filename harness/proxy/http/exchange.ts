import type { Toxic } from '../toxic.ts'
import { hasWord, type RequestHead } from './head.ts'
import type { Plan } from './plan.ts'

/** One request and its answer. */
export class Exchange {
  readonly request: RequestHead
  readonly plan: Plan | undefined
  /** When its head was whole, ms on the clock of `performance.now`. */
  readonly beganAt = performance.now()
  /** Upstream has been asked, so that an answer may come from there. */
  asked = false
  /** All of the request has come; all of the answer has gone. */
  requestDone = false
  answerDone = false
  readonly #touchedBy = new Set<Toxic>()
  readonly #connectionTouchedBy: WeakSet<Toxic>

  constructor(request: RequestHead, plan: Plan | undefined, connectionTouchedBy: WeakSet<Toxic>) {
    this.request = request
    this.plan = plan
    this.#connectionTouchedBy = connectionTouchedBy
  }

  /** Evidence: a toxic has acted on this request, on so many bytes. */
  touch(toxic: Toxic, bytes: number): void {
    const { evidence } = toxic
    if (!this.#touchedBy.has(toxic)) evidence.requests += 1
    if (!this.#connectionTouchedBy.has(toxic)) evidence.connections += 1
    this.#touchedBy.add(toxic)
    this.#connectionTouchedBy.add(toxic)
    evidence.bytes += bytes
  }

  /** The client waits to be told to send the body. */
  get expectsContinue(): boolean {
    return hasWord(this.request, 'expect', '100-continue')
  }

  /** Whether the client wants to go on using the connection. */
  get keepsAlive(): boolean {
    const { request } = this
    return request.minor === 1
      ? !hasWord(request, 'connection', 'close')
      : hasWord(request, 'connection', 'keep-alive')
  }
}
