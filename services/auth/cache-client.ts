/** Auth's way to its caches: one in use, which the configuration names, and perhaps others. */
import { z } from 'zod'
import { type Answer, type Call, fetchAnswer } from '../common/call.ts'
import type { Log } from '../common/log.ts'

/** The cache cannot be asked now. Nothing is known of what is in it. */
export class CacheUnavailable extends Error {
  override readonly name = 'CacheUnavailable'
}

export interface CacheClient {
  /** Undefined where there is nothing under that key. Rejects with CacheUnavailable. */
  get(key: string): Promise<unknown>
  /** Puts it into the one in use; whether that worked is nobody's concern but the next reader's. Never rejects. */
  put(key: string, value: unknown, ttlMs: number): Promise<void>
  /** Takes it out of the one in use. Never rejects. */
  drop(key: string): Promise<void>
  /**
   * Puts it, for good, into every cache that there is; one that cannot be reached gets it later, as often as it takes while
   * it lasts. Never rejects.
   */
  settle(key: string, value: unknown, ttlMs: number): Promise<void>
  /** Ends what goes on in the background. */
  stop(): void
}

export interface CacheClientWorld {
  /** Base address of every cache, by the name of its role. */
  caches: Readonly<Record<string, string>>
  /** Which of them is in use; asked anew each time. */
  inUse: () => string
  fetch: typeof fetch
  log: Log
}

/** A cache that is slower than this is slower than asking the store. */
const limitMs = 300
const againMs = 500

const found = z.object({ value: z.unknown() })

export function createCacheClient(world: CacheClientWorld): CacheClient {
  return new HttpCacheClient(world)
}

class HttpCacheClient implements CacheClient {
  readonly #world: CacheClientWorld
  /** What is still to be told to a cache that could not be reached. */
  readonly #owed = new Set<NodeJS.Timeout>()

  constructor(world: CacheClientWorld) {
    this.#world = world
  }

  async get(key: string): Promise<unknown> {
    const { status, text } = await this.#ask(this.#inUse, key, {})
    if (status === 404) return undefined
    try {
      return found.parse(JSON.parse(text)).value
    } catch (error) {
      throw new CacheUnavailable(`the cache gave no answer: ${String(error)}`)
    }
  }

  async put(key: string, value: unknown, ttlMs: number): Promise<void> {
    await this.#putInto(this.#inUse, key, { value, ttlMs }).catch(() => {})
  }

  async drop(key: string): Promise<void> {
    await this.#ask(this.#inUse, key, { method: 'DELETE' }).catch(() => {})
  }

  async settle(key: string, value: unknown, ttlMs: number): Promise<void> {
    const untilMs = Date.now() + ttlMs
    const caches = Object.values(this.#world.caches)
    await Promise.all(caches.map(base => this.#settleIn(base, key, value, untilMs)))
  }

  stop(): void {
    for (const timer of this.#owed) clearTimeout(timer)
    this.#owed.clear()
  }

  get #inUse(): string | undefined {
    return this.#world.caches[this.#world.inUse()]
  }

  async #settleIn(base: string, key: string, value: unknown, untilMs: number): Promise<void> {
    const ttlMs = untilMs - Date.now()
    if (ttlMs <= 0) return
    try {
      await this.#putInto(base, key, { value, ttlMs, final: true })
    } catch (error) {
      this.#world.log('cache-not-told', { reason: (error as Error).message })
      const timer = setTimeout(() => {
        this.#owed.delete(timer)
        void this.#settleIn(base, key, value, untilMs)
      }, againMs)
      timer.unref()
      this.#owed.add(timer)
    }
  }

  #putInto(base: string | undefined, key: string, entry: object): Promise<Answer> {
    return this.#ask(base, key, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(entry),
    })
  }

  async #ask(
    base: string | undefined,
    key: string,
    how: Pick<Call, 'method' | 'headers' | 'body'>,
  ): Promise<Answer> {
    const { fetch, inUse } = this.#world
    if (base === undefined) throw new CacheUnavailable(`no cache "${inUse()}" is known here`)
    const path = `/entries/${encodeURIComponent(key)}`
    try {
      return await fetchAnswer(
        fetch,
        base,
        { ...how, path, purpose: 'session-check', timeoutMs: limitMs },
        limitMs,
      )
    } catch (error) {
      throw new CacheUnavailable(`the cache cannot be asked: ${(error as Error).message}`)
    }
  }
}
