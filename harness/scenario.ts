/**
 * A scenario is a value: what is broken, when, what may be harmed by it, and what is predicted for each architecture.
 * Being data, it can be run, listed and validated without running it.
 */
import type { Expect } from '@playwright/test'
import { familyCrowd, type Group, segmentsOf } from './crowd/population.ts'
import { type Duration, toMs } from './duration.ts'
import { messageOf, ScenarioError } from './errors.ts'
import type { Fault } from './faults/fault.ts'
import type { Segment } from './outcome/history.ts'
import type { Outcome } from './outcome/outcome.ts'
import { type Scope, selectorProblems } from './scope.ts'
import { architectureNames, mitigations } from './stack/architectures.ts'
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
const calmMs = 9_000
/** Shorter, and the steady state holds too few intents for any claim. */
const steadyMsMin = 1_000

/** What a scenario is checked against. */
export interface ScenarioWorld {
  topology?: Topology
  groups?: readonly Group[]
}

/** Checks a scenario. Throws ScenarioError listing everything that is wrong with it. */
export function scenario(definition: ScenarioDefinition, world: ScenarioWorld = {}): Scenario {
  const { topology = family, groups = familyCrowd } = world
  const problems = [...wordProblems(definition), ...scopeProblems(definition.scope, segmentsOf(groups))]
  const schedule = scheduleOf(definition, topology, problems)
  const timelineMs = timelineOf(definition, schedule, problems)
  problems.push(...overlapProblems(schedule), ...verdictProblems(definition.verdict))
  if (problems.length > 0) {
    throw new ScenarioError(
      `the scenario does not make sense:\n${problems.map(problem => `  - ${problem}`).join('\n')}`,
    )
  }
  return { ...definition, timelineMs, schedule }
}

function wordProblems({ title, cause, replays, needs = [] }: ScenarioDefinition): string[] {
  const problems: string[] = []
  if (!title?.trim()) problems.push('title: missing')
  if (!causes.includes(cause)) problems.push(`cause: "${cause}" is none of ${causes.join(', ')}`)
  if (replays !== undefined && !/^[a-z0-9-]+-\d{4}-\d{2}-\d{2}$/.test(replays))
    problems.push(`replays: "${replays}" is not of the form who-yyyy-mm-dd`)
  for (const name of needs) {
    if (!mitigations.some(known => known === name))
      problems.push(`needs: no mitigation "${name}"; there are: ${mitigations.join(', ')}`)
  }
  return problems
}

function scopeProblems(scope: Scope | undefined, segments: readonly Segment[]): string[] {
  if (!scope) return ['scope: missing; [] if nothing may be harmed']
  return [scope]
    .flat()
    .flatMap(selector => selectorProblems(selector, segments).map(problem => `scope: ${problem}`))
}

function verdictProblems(verdict: ScenarioDefinition['verdict'] | undefined): string[] {
  const entries = Object.entries(verdict ?? {})
  if (entries.length === 0) return ['verdict: missing; one function for each architecture']
  return entries.flatMap(([name, predict]) => [
    ...(architectureNames.some(known => known === name)
      ? []
      : [`verdict: no architecture "${name}"; there are: ${architectureNames.join(', ')}`]),
    ...(typeof predict === 'function' ? [] : [`verdict.${name}: ${predict} is not a function`]),
  ])
}

function scheduleOf(
  { faults = [] }: ScenarioDefinition,
  topology: Topology,
  problems: string[],
): Scenario['schedule'] {
  return faults.map(({ at, for: length, fault }, index) => {
    const place = `faults[${index}]`
    const fromMs = msOf(`${place}.at`, at, problems)
    const lengthMs = msOf(`${place}.for`, length, problems)
    if (fromMs < steadyMsMin)
      problems.push(`${place}.at: ${at} leaves no steady state; at least ${steadyMsMin} ms`)
    if (lengthMs === 0) problems.push(`${place}.for: a fault of ${length} cannot have an effect`)
    if (typeof fault?.problems !== 'function')
      problems.push(`${place}.fault: ${JSON.stringify(fault)} is not a fault; see firebreak list`)
    else problems.push(...fault.problems(topology).map(problem => `${place} (${fault.kind}): ${problem}`))
    return { fromMs, toMs: fromMs + lengthMs, fault }
  })
}

function timelineOf(
  { duration }: ScenarioDefinition,
  schedule: Scenario['schedule'],
  problems: string[],
): number {
  const lastMs = Math.max(0, ...schedule.map(({ toMs }) => toMs))
  const timelineMs =
    duration !== undefined
      ? msOf('duration', duration, problems)
      : schedule.length > 0
        ? lastMs + recoveryMs
        : calmMs
  // Without faults the first third is the steady state.
  if (schedule.length === 0 && timelineMs < 3 * steadyMsMin)
    problems.push(`duration: ${duration} leaves no steady state; at least ${3 * steadyMsMin} ms`)
  for (const [index, { toMs }] of schedule.entries()) {
    if (toMs > timelineMs)
      problems.push(`faults[${index}]: lasts until ${toMs} ms, beyond the timeline's end at ${timelineMs} ms`)
  }
  return timelineMs
}

/** A push puts back the document that it found: of two at the same service, the first to end would undo the other. */
function overlapProblems(schedule: Scenario['schedule']): string[] {
  const pushes = [...schedule.entries()].filter(([, { fault }]) => fault?.layer === 'config')
  return pushes.flatMap(([index, one]) =>
    pushes
      .filter(([otherIndex, other]) => {
        const overlap = one.fromMs < other.toMs && other.fromMs < one.toMs
        return otherIndex > index && overlap && one.fault.target === other.fault.target
      })
      .map(
        ([otherIndex]) =>
          `faults[${otherIndex}]: overlaps faults[${index}], and both change the configuration of ${one.fault.target}`,
      ),
  )
}

function msOf(what: string, duration: unknown, problems: string[]): number {
  try {
    return toMs(String(duration))
  } catch (error) {
    problems.push(`${what}: ${messageOf(error)}`)
    return Number.NaN
  }
}
