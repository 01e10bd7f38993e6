import { z } from 'zod'
import type { Caller } from '../common/caller.ts'
import type { Log } from '../common/log.ts'

const page = z.object({ revocations: z.array(z.object({ sid: z.string() })), next: z.number() })

/** How often the list is asked for: the longest that a revoked token may live on, while auth answers. */
export const revocationPollMs = 250

/**
 * The sessions that auth has revoked, as far as it was last heard of: what keeps a grace or an offline check from
 * serving someone who was thrown out. Kept when auth is away.
 */
export class RevocationList {
  readonly #revoked = new Set<string>()
  readonly #caller: Caller
  readonly #log: Log
  #next = 0
  #loaded = false
  #timer: NodeJS.Timeout | undefined

  constructor(caller: Caller, log: Log) {
    this.#caller = caller
    this.#log = log
  }

  /** False until the list has been read once: before that, not being on it means nothing. */
  get loaded(): boolean {
    return this.#loaded
  }

  has(session: string): boolean {
    return this.#revoked.has(session)
  }

  /** Reads what is new, now. */
  async poll(): Promise<void> {
    const answer = await this.#caller.call({ path: `/revocations?since=${this.#next}`, timeoutMs: 1_000 })
    const { revocations, next } = page.parse(JSON.parse(answer.text))
    for (const { sid } of revocations) this.#revoked.add(sid)
    this.#next = next
    this.#loaded = true
  }

  start(): void {
    const again = async () => {
      try {
        await this.poll()
      } catch (error) {
        this.#log('revocations-not-read', { reason: String(error) })
      }
      this.#timer = setTimeout(again, revocationPollMs)
    }
    void again()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
