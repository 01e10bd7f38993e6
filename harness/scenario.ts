/**
 * A scenario is a value: what is broken, when, what may be harmed by it, and what is predicted for each architecture.
 * Being data, it can be run, listed and validated without running it.
 */
import { type Arrivals, arrivalsProblem } from './crowd/arrivals.ts'
import { everybody, type Group, type Regions, segmentsOf } from './crowd/population.ts'
import { type Duration, toMs } from './duration.ts'
import { messageOf, ScenarioError } from './errors.ts'
import type { Fault } from './faults/fault.ts'
import { type Incident, incidentProblems } from './incident.ts'
import type { Segment } from './outcome/history.ts'
import type { Outcome } from './outcome/outcome.ts'
import type { OutcomeExpect } from './playwright/matchers.ts'
import type { LiveMeasures } from './run/live-measures.ts'
import { namesRegion, type Scope, selectorProblems } from './scope.ts'
import { knownArchitectures, mitigations } from './stack/architectures.ts'
import { parts as knownParts, type Part, withParts } from './stack/stack-parts.ts'
import { type Topology, topologyOf } from './stack/topology.ts'

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

/** What a verdict looks at. `expect` is Playwright's, with matchers for outcomes; the first expectation that fails breaks the verdict. */
export interface VerdictContext {
  outcome: Outcome
  expect: OutcomeExpect
}
export type VerdictFunction = (context: VerdictContext) => void | Promise<void>

export interface ScenarioDefinition extends Incident {
  title: string
  /** What happened, to whom, and why; a few sentences. */
  story?: string
  cause: Cause
  /** Mitigations that must be there for it to hold. */
  needs?: readonly string[]
  /** Groups of mitigations that can stand in for each other here: of each group one must be there for it to hold. */
  needsOneOf?: readonly (readonly string[])[]
  /** What its stack has beyond what every stack has. */
  parts?: readonly Part[]
  /** The segments that may be harmed. */
  scope: Scope
  /**
   * `apart` measures each region for itself, for which each needs traffic enough: about 8 s before the fault and as long
   * during it. Otherwise regions are put together, unless the scope names one.
   */
  regions?: 'apart'
  faults: readonly TimedFault[]
  /**
   * When to stop before the end, asked a few times a second from the first fault to the end of the last one: `true`, or a
   * reason. The faults are undone at once, the rest of the timeline is skipped, and the run is not proven.
   */
  abortWhen?: (live: LiveMeasures) => boolean | string
  /** How newcomers arrive. Default: `constant`, which leaves least to chance. */
  arrivals?: Arrivals
  /** Length of the timeline. Default: the end of the last fault and 6 s to recover in; without faults, 16.5 s. */
  duration?: Duration
  /** The prediction for each architecture. One of a user's own without an entry is held to that of its base. */
  verdict: Readonly<Record<string, VerdictFunction>>
}

/** A definition that makes sense, with its times in milliseconds. */
export interface Scenario extends Omit<ScenarioDefinition, 'regions'> {
  readonly regions: Regions
  readonly timelineMs: number
  readonly schedule: readonly { fromMs: number; toMs: number; fault: Fault }[]
}

const recoveryMs = 6_000
/** A third of it stands in for the steady state, and must hold ten intents of the rarest activities. */
const calmMs = 16_500
/** Shorter, and the steady state holds too few intents for any claim. */
const steadyMsMin = 1_000

/** What a scenario is checked against. */
export interface ScenarioWorld {
  /** Default: those of the architectures that it predicts something for. */
  topologies?: readonly Topology[]
  groups?: readonly Group[]
}

/** Checks a scenario. Throws ScenarioError listing everything that is wrong with it. */
export function scenario(definition: ScenarioDefinition, world: ScenarioWorld = {}): Scenario {
  const { topologies = topologiesOf(definition), groups = everybody() } = world
  const { scope } = definition
  const regions = definition.regions ?? (scope && namesRegion(scope) ? 'apart' : 'pooled')
  const problems = [...wordProblems(definition), ...scopeProblems(scope, segmentsOf(groups, regions))]
  const schedule = scheduleOf(definition, topologies, problems)
  const timelineMs = timelineOf(definition, schedule, problems)
  problems.push(...overlapProblems(schedule, topologies), ...verdictProblems(definition.verdict))
  if (problems.length > 0) {
    throw new ScenarioError(
      `the scenario does not make sense:\n${problems.map(problem => `  - ${problem}`).join('\n')}`,
    )
  }
  return { ...definition, regions, timelineMs, schedule }
}

/** The topologies that it runs on: a link may be there in one and not in another. */
function topologiesOf({ verdict, parts = [] }: ScenarioDefinition): Topology[] {
  const named = knownArchitectures().filter(({ name }) => Object.hasOwn(verdict ?? {}, name))
  const plain = new Set((named.length === 0 ? knownArchitectures() : named).map(topologyOf))
  return [...plain].map(topology => withParts(topology, parts))
}

function wordProblems(definition: ScenarioDefinition): string[] {
  const { title, cause, needs = [], needsOneOf = [], parts = [], regions, arrivals, abortWhen } = definition
  const problems: string[] = []
  if (regions !== undefined && regions !== 'apart')
    problems.push(`regions: "${regions}" is not "apart"; leave it out to put regions together`)
  if (!title?.trim()) problems.push('title: missing')
  if (!causes.includes(cause)) problems.push(`cause: "${cause}" is none of ${causes.join(', ')}`)
  problems.push(...incidentProblems(definition))
  const arrivalProblem = arrivals === undefined ? undefined : arrivalsProblem(arrivals)
  if (arrivalProblem !== undefined) problems.push(`arrivals: ${arrivalProblem}`)
  if (abortWhen !== undefined && typeof abortWhen !== 'function')
    problems.push(`abortWhen: ${JSON.stringify(abortWhen)} is not a function of the live measures`)
  problems.push(...needProblems(needs, needsOneOf))
  for (const name of parts) {
    if (!knownParts.some(known => known === name))
      problems.push(`parts: no part "${name}"; there are: ${knownParts.join(', ')}`)
  }
  return problems
}

function needProblems(needs: readonly string[], groups: readonly (readonly string[])[]): string[] {
  const problems: string[] = []
  for (const [field, names] of [
    ['needs', needs],
    ['needsOneOf', groups.flat()],
  ] as const)
    for (const name of names)
      if (!mitigations.some(known => known === name))
        problems.push(`${field}: no mitigation "${name}"; there are: ${mitigations.join(', ')}`)
  for (const group of groups) {
    if (group.length < 2)
      problems.push(`needsOneOf: [${group.join(', ')}] leaves no choice; name it in needs`)
    const both = group.find(name => needs.includes(name))
    if (both !== undefined) problems.push(`needsOneOf: "${both}" is in needs already`)
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
  const known = knownArchitectures().map(({ name }) => name)
  return entries.flatMap(([name, predict]) => [
    ...(known.includes(name) ? [] : [`verdict: no architecture "${name}"; there are: ${known.join(', ')}`]),
    ...(typeof predict === 'function' ? [] : [`verdict.${name}: ${predict} is not a function`]),
  ])
}

function scheduleOf(
  { faults = [] }: ScenarioDefinition,
  topologies: readonly Topology[],
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
    else {
      const ofFault = new Set(topologies.flatMap(topology => fault.problems(topology)))
      problems.push(...[...ofFault].map(problem => `${place} (${fault.kind}): ${problem}`))
    }
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

/** Of two faults that hold the same at once, the first to end would undo the other. */
function overlapProblems(schedule: Scenario['schedule'], topologies: readonly Topology[]): string[] {
  const faults = [...schedule.entries()].filter(([, { fault }]) => typeof fault?.holds === 'function')
  const problems = faults.flatMap(([index, one]) =>
    faults
      .filter(
        ([otherIndex, other]) => otherIndex > index && one.fromMs < other.toMs && other.fromMs < one.toMs,
      )
      .flatMap(([otherIndex, other]) =>
        sharedHolds(one.fault, other.fault, topologies).map(
          hold =>
            `faults[${otherIndex}] (${wordsOf(other.fault)}): overlaps faults[${index}] (${wordsOf(one.fault)}), and both hold ${hold}`,
        ),
      ),
  )
  return [...new Set(problems)]
}

/** In any of the topologies. What does not fit one is said elsewhere. */
function sharedHolds(one: Fault, other: Fault, topologies: readonly Topology[]): string[] {
  const shared = topologies
    .filter(topology => one.problems(topology).length === 0 && other.problems(topology).length === 0)
    .flatMap(topology => {
      const held = new Set(one.holds(topology))
      return other.holds(topology).filter(hold => held.has(hold))
    })
  return [...new Set(shared)]
}

function wordsOf({ kind, target }: Fault): string {
  return `${kind} at ${target}`
}

function msOf(what: string, duration: unknown, problems: string[]): number {
  try {
    return toMs(String(duration))
  } catch (error) {
    problems.push(`${what}: ${messageOf(error)}`)
    return Number.NaN
  }
}
