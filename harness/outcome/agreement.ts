/**
 * How far two runtimes agree: the verdict of each run, and three numbers within bands. Neither is right by itself; where they
 * differ, one of them imitates something badly, or measures it.
 */
import type { RunResult } from './results.ts'
import type { Verdict } from './verdict.ts'

/** How far apart numbers may be: shares by a difference, amplification by a ratio. */
export const bands = { forcedLogouts: 0.15, isolation: 0.1, amplification: 1.35 } as const
export type Measure = keyof typeof bands

/** Both runs of a scenario on an architecture, the first file's first. */
export interface Pair {
  scenario: string
  architecture: string
  verdicts: readonly [Verdict, Verdict]
  numbers: Readonly<Record<Measure, readonly [number | null, number | null]>>
  /** Those that are out of their bands. */
  apart: readonly Measure[]
}

export interface Agreement {
  pairs: readonly Pair[]
  /** Runs that one of them could not make, or made no outcome of: there is nothing to agree on. */
  left: readonly string[]
}

export function agreementOf(one: readonly RunResult[], other: readonly RunResult[]): Agreement {
  const left: string[] = []
  const pairs = one.flatMap(first => {
    const second = other.find(
      each => each.scenario === first.scenario && each.architecture === first.architecture,
    )
    const pair = second && pairOf(first, second)
    if (second && !pair) left.push(`${first.scenario} on ${first.architecture}`)
    return pair ? [pair] : []
  })
  return { pairs, left }
}

function pairOf(one: RunResult, other: RunResult): Pair | undefined {
  if (!one.outcome || !other.outcome) return undefined
  const [a, b] = [one.outcome, other.outcome]
  const numbers = {
    forcedLogouts: [a.forcedLogouts.share, b.forcedLogouts.share],
    isolation: [a.isolation, b.isolation],
    amplification: [a.amplification, b.amplification],
  } as const
  return {
    ...{ scenario: one.scenario, architecture: one.architecture },
    verdicts: [one.verdict, other.verdict],
    numbers,
    apart: (Object.keys(bands) as Measure[]).filter(measure => {
      const [first, second] = numbers[measure]
      return isApart(measure, first, second)
    }),
  }
}

function isApart(measure: Measure, one: number | null, other: number | null): boolean {
  // One that nobody could count is not compared.
  if (one === null || other === null) return false
  if (measure !== 'amplification') return Math.abs(one - other) > bands[measure]
  return Math.max(one, other) > bands.amplification * Math.max(Math.min(one, other), Number.EPSILON)
}
