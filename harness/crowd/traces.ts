/** Names for what the crowd asks, by which it can be found again in the logs of every service that had a part in it. */
import { randomBytes } from 'node:crypto'

/** Gives the `traceparent` of the next request (W3C Trace Context, section 3.2), sampled. */
export type Traces = () => string

/** Trace ids are a run's own random half and a count: cheaper than randomness for each, and unique all the same. */
export function createTraces(): Traces {
  const run = randomBytes(8).toString('hex')
  let count = 0
  return () => {
    const number = (++count).toString(16).padStart(16, '0')
    return `00-${run}${number}-${number}-01`
  }
}

/** The trace id in a `traceparent`. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35)
}
