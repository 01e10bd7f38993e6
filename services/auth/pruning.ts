/** Forgets sessions that ended long ago, a bounded number at a time, in the background. */
import type { Log } from '../common/log.ts'
import type { SessionStore } from './store.ts'

export interface Pruning {
  start(): void
  stop(): void
}

const intervalMs = 60_000
/** How long an ended session is kept: far longer than the clocks of two processes differ. */
export const keepEndedMs = 10 * 60_000
export const pruneMax = 1_000

export function createPruning(store: SessionStore, log: Log): Pruning {
  let timer: NodeJS.Timeout | undefined

  async function prune(): Promise<void> {
    let pruned = 0
    try {
      pruned = await store.pruneSessions(Date.now() - keepEndedMs, pruneMax)
    } catch (error) {
      log('sessions-not-pruned', { reason: String(error) })
    }
    // A full batch means that there are more. Spread, so that replicas take turns.
    schedule(pruned === pruneMax ? intervalMs / 60 : intervalMs * (0.5 + Math.random()))
  }

  function schedule(ms: number): void {
    if (timer === undefined) return
    timer = setTimeout(() => void prune(), ms)
    timer.unref()
  }

  return {
    start() {
      timer = setTimeout(() => void prune(), intervalMs * Math.random())
      timer.unref()
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
