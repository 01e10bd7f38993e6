import { UsageError } from './errors.ts'

/** A length of time or a point on a timeline: `250ms`, `1.5s`, `2m`. */
export type Duration = `${number}ms` | `${number}s` | `${number}m`

const unitsMs = { ms: 1, s: 1_000, m: 60_000 } as const

/** Milliseconds of a duration. Throws UsageError with the offending text. */
export function toMs(duration: string): number {
  const match = /^(-?\d+(?:\.\d+)?)(ms|s|m)$/.exec(duration)
  if (!match)
    throw new UsageError(`"${duration}" is not a duration; write for example "250ms", "1.5s" or "2m"`)
  const ms = Number(match[1]) * unitsMs[match[2] as keyof typeof unitsMs]
  if (ms < 0) throw new UsageError(`"${duration}" is negative`)
  return ms
}
