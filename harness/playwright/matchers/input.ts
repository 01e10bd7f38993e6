/** Checks what a matcher is given: a typo must not pass for a measurement. */
import { inspect } from 'node:util'
import { ScenarioError, UsageError } from '../../errors.ts'
import type { Segment } from '../../outcome/history.ts'
import type { SegmentOutcome } from '../../outcome/measures.ts'
import type { Outcome } from '../../outcome/outcome.ts'
import { matches, type Selector, selectorProblems } from '../../scope.ts'

/** What the value of an option has to be. */
export type Requirement = {
  wanted: string
  isMetBy(value: unknown): boolean
}

/** For "at least": everything is at least 0, so that such a claim could not fail. */
export const shareAboveZero: Requirement = {
  wanted: 'a share above 0, up to 1',
  isMetBy: value => typeof value === 'number' && value > 0 && value <= 1,
}

/** For "at most": nothing is more than 1. */
export const shareBelowOne: Requirement = {
  wanted: 'a share from 0 to below 1',
  isMetBy: value => typeof value === 'number' && value >= 0 && value < 1,
}

export const milliseconds: Requirement = {
  wanted: 'a number of milliseconds, 0 or more',
  isMetBy: value => typeof value === 'number' && Number.isFinite(value) && value >= 0,
}

export function oneOf(values: readonly string[]): Requirement {
  return {
    wanted: `one of ${values.join(', ')}`,
    isMetBy: value => values.some(each => each === value),
  }
}

export type Call = {
  outcome: unknown
  selector?: unknown
  options?: unknown
  /** The options there are. */
  requirements?: Readonly<Record<string, Requirement>>
}

/** Throws a UsageError for what is not an outcome, no selector, or an option that is unknown or makes no sense. */
export function checkCall(
  matcher: string,
  { outcome, selector = {}, options = {}, requirements = {} }: Call,
): void {
  checkOutcome(matcher, outcome)
  const misplaced = Object.keys(objectOf(matcher, 'selector', selector)).find(key =>
    Object.hasOwn(requirements, key),
  )
  if (misplaced !== undefined)
    throw new UsageError(
      `${matcher}: "${misplaced}" is an option, not a field of a selector; write ${matcher}({}, ${inspect(selector)})`,
    )
  for (const [name, value] of Object.entries(objectOf(matcher, 'set of options', options))) {
    const requirement = Object.hasOwn(requirements, name) ? requirements[name] : undefined
    if (!requirement)
      throw new UsageError(
        `${matcher}: no option "${name}"; there are: ${Object.keys(requirements).join(', ')}`,
      )
    if (value !== undefined && !requirement.isMetBy(value))
      throw new UsageError(`${matcher}: ${name} is ${inspect(value)}: give ${requirement.wanted}`)
  }
}

function checkOutcome(matcher: string, value: unknown): void {
  const methods = ['forcedLogouts', 'goodput', 'harm', 'refused', 'toJSON']
  const parts = (value ?? {}) as Record<string, unknown>
  if (Array.isArray(parts.segments) && methods.every(method => typeof parts[method] === 'function')) return
  throw new UsageError(
    `${matcher}: ${inspect(value, { depth: 0 })} is not an outcome; write expect(outcome).${matcher}()`,
  )
}

function objectOf(matcher: string, what: string, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new UsageError(`${matcher}: ${inspect(value)} is no ${what}: give an object, or leave it out`)
}

/** Throws a ScenarioError for a selector that picks none of these. */
export function checkSelector(matcher: string, selector: Selector, from: readonly Segment[]): void {
  const problems = selectorProblems(selector, from)
  if (problems.length > 0) throw new ScenarioError(`${matcher}: ${problems.join('; ')}`)
}

/** The segments of an outcome that a selector picks: one at least. */
export function pickedSegments(matcher: string, outcome: Outcome, selector: Selector): SegmentOutcome[] {
  checkSelector(matcher, selector, outcome.segments)
  return outcome.segments.filter(segment => matches(selector, segment))
}
