/**
 * Waiting for revocations. Whoever follows the list is answered as soon as there is something new, from whichever
 * process; while anybody waits the store is asked at intervals, with one query however many wait.
 */
import type { Revocation, RevocationStore } from './store.ts'

export const revocationPollMs = 250
/** Longest wait that a reader may ask for. */
export const revocationWaitMsMax = 10_000
/** One for each app and cell are expected; more than this is a mistake somewhere. */
const waitersMax = 1_000

interface Waiter {
  since: number
  settle(result: Revocation[] | Error): void
}

export interface RevocationFeed {
  /**
   * Revocations after `since`: at once if there are any, else the first that come within `waitMs`, else none.
   * Rejects with StoreUnavailable, also while waiting.
   */
  after(since: number, waitMs: number, signal: AbortSignal): Promise<Revocation[]>
}

export function createRevocationFeed(store: RevocationStore): RevocationFeed {
  const waiters = new Set<Waiter>()
  let timer: NodeJS.Timeout | undefined

  function scheduled(): void {
    if (timer === undefined && waiters.size > 0) timer = setTimeout(() => void poll(), revocationPollMs)
  }

  async function poll(): Promise<void> {
    try {
      const since = Math.min(...[...waiters].map(waiter => waiter.since))
      const page = waiters.size === 0 ? [] : await store.revocationsAfter(since, Date.now())
      for (const waiter of waiters) {
        const news = page.filter(({ seq }) => seq > waiter.since)
        if (news.length > 0) waiter.settle(news)
      }
    } catch (error) {
      for (const waiter of waiters) waiter.settle(error instanceof Error ? error : new Error(String(error)))
    }
    timer = undefined
    scheduled()
  }

  function wait(since: number, waitMs: number, signal: AbortSignal): Promise<Revocation[]> {
    return new Promise((resolve, reject) => {
      const leave = () => waiter.settle([])
      const timeout = setTimeout(leave, waitMs)
      const waiter: Waiter = {
        since,
        settle(result) {
          clearTimeout(timeout)
          signal.removeEventListener('abort', leave)
          waiters.delete(waiter)
          if (result instanceof Error) reject(result)
          else resolve(result)
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      waiters.add(waiter)
      scheduled()
    })
  }

  return {
    async after(since, waitMs, signal) {
      const news = await store.revocationsAfter(since, Date.now())
      if (news.length > 0 || waitMs === 0 || signal.aborted || waiters.size >= waitersMax) return news
      return wait(since, waitMs, signal)
    },
  }
}
