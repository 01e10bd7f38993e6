/** A schedule of faults as it was drawn: plain data, and the scenario that it makes. */
import { goesOn, invariants } from '../claims.ts'
import { ScenarioError } from '../errors.ts'
import { constructorOf } from '../faults/catalogue.ts'
import { type Scenario, scenario } from '../scenario.ts'
import { architectureOf } from '../stack/architectures.ts'

/** One fault of a drawn schedule. Plain data. */
export interface DrawnFault {
  kind: string
  params: Record<string, unknown>
  atMs: number
  forMs: number
}
export type Schedule = readonly DrawnFault[]

/** For queues to empty and circuits to close, ms. */
const recoverMs = 8_000

/** How long its timeline is, ms. */
export function durationMsOf(drawn: Schedule): number {
  return Math.max(...drawn.map(({ atMs, forMs }) => atMs + forMs)) + recoverMs
}

/** A drawn schedule as a scenario. Throws ScenarioError where its faults do not fit each other, or the stack. */
export function scenarioOf(drawn: Schedule, architecture: string): Scenario {
  return scenario({
    title: 'A schedule that was found',
    cause: 'network',
    scope: {},
    faults: drawn.map(({ kind, params, atMs, forMs }) => {
      const construct = constructorOf(kind)
      if (!construct) throw new ScenarioError(`there is no fault "${kind}"`)
      return { at: `${atMs / 1_000}s` as const, for: `${forMs / 1_000}s` as const, fault: construct(params) }
    }),
    duration: `${durationMsOf(drawn) / 1_000}s` as const,
    verdict: { [architecture]: promises[promisesOf(architecture)] },
  })
}

/** By their names in claims.ts. */
const promises = { goesOn, invariants }

/** What an architecture is held to: what the one promises that it is made from. */
export function promisesOf(name: string): keyof typeof promises {
  const { base, mitigations } = architectureOf(name)
  const promised = base === undefined ? mitigations : architectureOf(base).mitigations
  return promised.includes('stale-session-grace') ? 'goesOn' : 'invariants'
}

/** In words: `latency at * -> auth from 3 s for 2.5 s`. */
export function wordsOf(drawn: Schedule): string {
  return drawn
    .map(({ kind, params, atMs, forMs }) => {
      const target = params.link ?? params.service ?? params.store ?? ''
      return `${kind}${target === '' ? '' : ` at ${target}`} from ${atMs / 1_000} s for ${forMs / 1_000} s`
    })
    .join(', ')
}
