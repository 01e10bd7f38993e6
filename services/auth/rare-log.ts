import type { Log } from '../common/log.ts'
import { createSparing } from '../common/sparing.ts'

/** Logs an event at most once a second, with the number of those left out since: for what happens to every request. */
export function rareLog(log: Log): Log {
  const sparing = createSparing()
  return (event, fields = {}) => {
    const leftOut = sparing(event)
    if (leftOut !== undefined) log(event, leftOut === 0 ? fields : { ...fields, leftOut })
  }
}
