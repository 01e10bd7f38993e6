import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError } from '../errors.ts'

/** What `work` gives; rejects with HarnessError, beginning with `failure`, if it takes longer than `limitMs`. */
export async function within<T>(limitMs: number, failure: string, work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const limit = sleep(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new HarnessError(`${failure} within ${limitMs} ms`)
  })
  limit.catch(() => {})
  try {
    return await Promise.race([work, limit])
  } finally {
    timer.abort()
  }
}

/** What `work` gives; rejects with the signal's reason once it is aborted. What is under way then goes on unheard. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  work.catch(() => {})
  try {
    return await Promise.race([aborted.promise, work])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
