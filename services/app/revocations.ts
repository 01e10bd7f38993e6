import { z } from 'zod'
import type { Caller } from '../common/caller.ts'
import type { Log } from '../common/log.ts'

const page = z.object({
  revocations: z.array(z.object({ sid: z.string() })),
  next: z.number().int().nonnegative(),
})

/** How long auth may keep a request open while there is nothing new, ms. */
export const revocationWaitMs = 5_000
/** What an answer may take beyond that, ms. */
const answerMs = 1_500
/** Between two requests after a failure, on average, and the least between any two. */
const retryMs = 250
const pauseMs = 10

/**
 * The sessions that auth has revoked, as far as it was last heard of: what keeps a grace, a signature or a device
 * credential from serving someone who was thrown out. Read by a request that auth answers as soon as there is
 * something new, over a caller of its own. Kept while auth is away.
 */
export class RevocationList {
  readonly #revoked = new Set<string>()
  readonly #caller: Caller
  readonly #log: Log
  readonly #max: number
  #next = 0
  #loaded = false
  #running = false
  #timer: NodeJS.Timeout | undefined

  /** `max`: how many sessions it holds; beyond that the ones revoked first are dropped. */
  constructor(caller: Caller, log: Log, { max = 200_000 } = {}) {
    this.#caller = caller
    this.#log = log
    this.#max = max
  }

  /** False until the list has been read once: before that, not being on it means nothing. */
  get loaded(): boolean {
    return this.#loaded
  }

  has(session: string): boolean {
    return this.#revoked.has(session)
  }

  /** Reads what is new, waiting for it up to `waitMs`. Rejects if auth gives no answer that can be read. */
  async poll(waitMs = 0): Promise<void> {
    const path = `/revocations?since=${this.#next}&waitMs=${waitMs}`
    const answer = await this.#caller.call({ path, timeoutMs: waitMs + answerMs, purpose: 'background' })
    const { revocations, next } = page.parse(JSON.parse(answer.text))
    for (const { sid } of revocations) this.#add(sid)
    // A list that is shorter than it was has begun anew: read it from its beginning, and forget nothing.
    this.#next = next < this.#next ? 0 : next
    this.#loaded = true
  }

  #add(sid: string): void {
    this.#revoked.add(sid)
    const oldest = this.#revoked.values().next().value
    if (this.#revoked.size > this.#max && oldest !== undefined) this.#revoked.delete(oldest)
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    void this.#follow()
  }

  async #follow(): Promise<void> {
    let delayMs = pauseMs
    try {
      // The first answer must not wait for news: until then nothing can be told from the list.
      await this.poll(this.#loaded ? revocationWaitMs : 0)
    } catch (error) {
      this.#log('revocations-not-read', { reason: String(error) })
      delayMs = retryMs * (0.5 + Math.random())
    }
    if (this.#running) this.#timer = setTimeout(() => void this.#follow(), delayMs)
  }

  stop(): void {
    this.#running = false
    clearTimeout(this.#timer)
  }
}
