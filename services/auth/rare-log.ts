import type { Log } from '../common/log.ts'

const intervalMs = 1_000

/** Logs an event at most once a second, with the number of those left out since: for what happens to every request. */
export function rareLog(log: Log): Log {
  const last = new Map<string, { atMs: number; leftOut: number }>()
  return (event, fields = {}) => {
    const entry = last.get(event) ?? { atMs: Number.NEGATIVE_INFINITY, leftOut: 0 }
    last.set(event, entry)
    if (Date.now() - entry.atMs < intervalMs) {
      entry.leftOut += 1
      return
    }
    log(event, entry.leftOut === 0 ? fields : { ...fields, leftOut: entry.leftOut })
    last.set(event, { atMs: Date.now(), leftOut: 0 })
  }
}
