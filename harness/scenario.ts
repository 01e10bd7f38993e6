/**
 * A scenario is a value: what is broken, when, what may be harmed by it, and what is predicted for each architecture.
 * Being data, it can be run, listed and validated without running it.
 */
import type { Expect } from '@playwright/test'
import { type Duration, toMs } from './duration.ts'
import { messageOf, ScenarioError } from './errors.ts'
import type { Fault } from './faults/fault.ts'
import type { Outcome } from './outcome/outcome.ts'
import type { Scope } from './scope.ts'
import { architectureNames } from './stack/architectures.ts'
import { family, type Topology } from './stack/topology.ts'

export const causes = [
  'none',
  'network',
  'routing',
  'process',
  'config',
  'deploy',
  'data',
  'key',
  'time',
  'load',
] as const
export type Cause = (typeof causes)[number]

/** A fault on the timeline. */
export interface TimedFault {
  /** When it is injected, from the beginning of the timeline. What comes before the first one is the steady state. */
  at: Duration
  /** How long it stays. */
  for: Duration
  fault: Fault
}

/** What a verdict looks at. `expect` is Playwright's; the first expectation that fails breaks the verdict. */
export interface VerdictContext {
  outcome: Outcome
  expect: Expect
}
export type VerdictFunction = (context: VerdictContext) => void | Promise<void>

export interface ScenarioDefinition {
  title: string
  /** What happened, to whom, and why; a few sentences. */
  story?: string
  cause: Cause
  /** The incident that it replays, as `who-yyyy-mm-dd`. */
  replays?: string
  /** Mitigations that must be there for it to hold. */
  needs?: readonly string[]
  /** The segments that may be harmed. */
  scope: Scope
  faults: readonly TimedFault[]
  /** Length of the timeline. Default: the end of the last fault and 6 s to recover in; without faults, 8 s. */
  duration?: Duration
  /** The prediction for each architecture. */
  verdict: Readonly<Record<string, VerdictFunction>>
}

/** A definition that makes sense, with its times in milliseconds. */
export interface Scenario extends ScenarioDefinition {
  readonly timelineMs: number
  readonly schedule: readonly { fromMs: number; toMs: number; fault: Fault }[]
}

const recoveryMs = 6_000
const calmMs = 8_000
/** Shorter, and the steady state holds too few intents for any claim. */
const steadyMsMin = 1_000

/** Checks a scenario. Throws ScenarioError listing everything that is wrong with it. */
export function scenario(definition: ScenarioDefinition, topology: Topology = family): Scenario {
  const problems: string[] = []
  const time = (what: string, duration: unknown): number => {
    try {
      return toMs(String(duration))
    } catch (error) {
      problems.push(`${what}: ${messageOf(error)}`)
      return Number.NaN
    }
  }
  if (!definition.title?.trim()) problems.push('title: missing')
  if (!causes.includes(definition.cause)) {
    problems.push(`cause: "${definition.cause}" is none of ${causes.join(', ')}`)
  }
  const schedule = (definition.faults ?? []).map(({ at, for: length, fault }, index) => {
    const fromMs = time(`faults[${index}].at`, at)
    const lengthMs = time(`faults[${index}].for`, length)
    if (fromMs < steadyMsMin)
      problems.push(`faults[${index}].at: ${at} leaves no steady state; at least ${steadyMsMin} ms`)
    if (lengthMs === 0) problems.push(`faults[${index}].for: a fault of ${length} cannot have an effect`)
    problems.push(...fault.problems(topology).map(problem => `faults[${index}] (${fault.kind}): ${problem}`))
    return { fromMs, toMs: fromMs + lengthMs, fault }
  })
  const lastMs = Math.max(0, ...schedule.map(({ toMs }) => toMs))
  const timelineMs =
    definition.duration !== undefined
      ? time('duration', definition.duration)
      : schedule.length > 0
        ? lastMs + recoveryMs
        : calmMs
  for (const [index, { toMs }] of schedule.entries()) {
    if (toMs > timelineMs) {
      problems.push(`faults[${index}]: lasts until ${toMs} ms, beyond the timeline's end at ${timelineMs} ms`)
    }
  }
  if (!definition.scope) problems.push('scope: missing; [] if nothing may be harmed')
  const verdicts = Object.keys(definition.verdict ?? {})
  if (verdicts.length === 0) problems.push('verdict: missing; one function for each architecture')
  for (const name of verdicts) {
    if (!architectureNames.some(known => known === name)) {
      problems.push(`verdict: no architecture "${name}"; there are: ${architectureNames.join(', ')}`)
    }
  }
  if (problems.length > 0) {
    throw new ScenarioError(
      `the scenario does not make sense:\n${problems.map(problem => `  - ${problem}`).join('\n')}`,
    )
  }
  return { ...definition, timelineMs, schedule }
}
