/**
 * The fidelity card of a replay: what the published account says of an outage's shape, and what this run shows of it.
 * Only a stack without mitigations is held to it: the others are there to differ.
 */
import type { Outcome } from './outcome/outcome.ts'

/** One fact of the account, with a number of the outcome that has to be within bounds for it. */
export interface FidelityFact {
  /** What the account says, in words. */
  fact: string
  /** The number in which it would show: a share (0..1), a count, or milliseconds; null where there is none. */
  observe(outcome: Outcome): number | null
  atLeast?: number
  atMost?: number
}

/** A fact, held against a run. */
export type FidelityFinding = {
  fact: string
  /** Null: the run has no such number, and the fact is not reproduced. */
  observed: number | null
  atLeast?: number
  atMost?: number
  reproduced: boolean
}

/** Architectures that are held to a card: those without any mitigation. */
export function isHeldToCard({ mitigations }: { mitigations: readonly string[] }): boolean {
  return mitigations.length === 0
}

/** Holds an outcome against a card. */
export function fidelityOf(facts: readonly FidelityFact[], outcome: Outcome): FidelityFinding[] {
  return facts.map(({ fact, observe, atLeast, atMost }) => {
    const number = observe(outcome)
    const observed = number === null || Number.isNaN(number) ? null : number
    return {
      fact,
      observed,
      ...(atLeast === undefined ? {} : { atLeast }),
      ...(atMost === undefined ? {} : { atMost }),
      reproduced: observed !== null && observed >= (atLeast ?? -Infinity) && observed <= (atMost ?? Infinity),
    }
  })
}

/** `observed 0.3, at least 0.85` */
export function numbersOf({
  observed,
  atLeast,
  atMost,
}: {
  observed: number | null
  atLeast?: number | undefined
  atMost?: number | undefined
}): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${rounded(atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${rounded(atMost)}`]),
  ]
  return `observed ${observed === null ? 'nothing' : rounded(observed)}, ${bounds.join(' and ')}`
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

/** What is wrong with a card, for the check of a scenario. */
export function fidelityProblems(facts: readonly FidelityFact[]): string[] {
  return facts.flatMap(({ fact, observe, atLeast, atMost }, index) => {
    const place = `fidelity[${index}]`
    if (!fact?.trim()) return [`${place}.fact: missing; what the account says, in words`]
    if (typeof observe !== 'function')
      return [`${place}.observe: ${observe} is not a function of the outcome`]
    if (atLeast === undefined && atMost === undefined)
      return [`${place} (${fact}): give atLeast or atMost, or it could not fail`]
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost)
      return [`${place} (${fact}): no number is at least ${atLeast} and at most ${atMost}`]
    return []
  })
}
