/** Auth's way to its caches: one in use, which the configuration names, and perhaps others. */
import { z } from 'zod'
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

export function createCacheClient({ caches, inUse, fetch, log }: CacheClientWorld): CacheClient {
  const owed = new Set<NodeJS.Timeout>()

  async function ask(base: string | undefined, key: string, init: RequestInit): Promise<Response> {
    if (base === undefined) throw new CacheUnavailable(`no cache "${inUse()}" is known here`)
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), limitMs)
    try {
      const response = await fetch(`${base}/entries/${encodeURIComponent(key)}`, {
        ...init,
        signal: controller.signal,
      })
      if (response.status >= 500) throw new Error(`answered ${response.status}`)
      return response
    } catch (error) {
      throw new CacheUnavailable(`the cache cannot be asked: ${String((error as Error).cause ?? error)}`)
    } finally {
      clearTimeout(timer)
    }
  }

  const putInto = (base: string | undefined, key: string, entry: object) =>
    ask(base, key, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(entry),
    })

  async function settleIn(base: string, key: string, value: unknown, untilMs: number): Promise<void> {
    const ttlMs = untilMs - Date.now()
    if (ttlMs <= 0) return
    try {
      await putInto(base, key, { value, ttlMs, final: true })
    } catch (error) {
      log('cache-not-told', { reason: (error as Error).message })
      const timer = setTimeout(() => {
        owed.delete(timer)
        void settleIn(base, key, value, untilMs)
      }, againMs)
      timer.unref()
      owed.add(timer)
    }
  }

  return {
    async get(key) {
      const response = await ask(caches[inUse()], key, {})
      if (response.status === 404) return undefined
      try {
        return found.parse(await response.json()).value
      } catch (error) {
        throw new CacheUnavailable(`the cache gave no answer: ${String(error)}`)
      }
    },
    async put(key, value, ttlMs) {
      await putInto(caches[inUse()], key, { value, ttlMs }).catch(() => {})
    },
    async drop(key) {
      await ask(caches[inUse()], key, { method: 'DELETE' }).catch(() => {})
    },
    async settle(key, value, ttlMs) {
      const untilMs = Date.now() + ttlMs
      await Promise.all(Object.values(caches).map(base => settleIn(base, key, value, untilMs)))
    },
    stop() {
      for (const timer of owed) clearTimeout(timer)
      owed.clear()
    },
  }
}
