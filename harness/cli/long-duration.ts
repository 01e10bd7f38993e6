import { toMs } from '../duration.ts'
import { UsageError } from '../errors.ts'

const msMin = 10_000
const msMax = 60 * 60_000

/** Reads what an option gives as a time of its own, in minutes too, as ms. Throws UsageError naming the option. */
export function longDurationOf(option: string): (text: string) => number {
  return text => {
    const minutes = /^(\d+)m$/.exec(text)?.[1]
    const ms = minutes === undefined ? toMs(text) : Number(minutes) * 60_000
    if (ms < msMin || ms > msMax) throw new UsageError(`${option} ${text}: give a time from 10s to 60m`)
    return ms
  }
}
