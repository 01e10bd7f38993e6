import { type Activity, pooledRegion, type Segment, type Surface } from './outcome/history.ts'

/** One value, or any of several. */
type OneOrMore<T> = T | readonly T[]

const fields = ['app', 'surface', 'region', 'activity'] as const

/** Picks segments: a field left out matches all. */
export interface Selector {
  app?: OneOrMore<string>
  surface?: OneOrMore<Surface>
  region?: OneOrMore<string>
  activity?: OneOrMore<Activity>
}

/** The segments that a scenario allows to be harmed: those that any selector picks. `[]` allows none. */
export type Scope = Selector | readonly Selector[]

function picks<T>(wanted: OneOrMore<T> | undefined, value: T): boolean {
  if (wanted === undefined) return true
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value
}

/** Whether a selector picks a segment; fields that the segment does not have are not asked about. */
export function matches(selector: Selector, segment: Partial<Segment>): boolean {
  return fields.every(field => segment[field] === undefined || picks<string>(selector[field], segment[field]))
}

const apartAdvice = "to tell them apart, write regions: 'apart' in the scenario"

/** What is wrong with a selector where there are these segments: a typo would silently pick nothing. */
export function selectorProblems(selector: Selector, segments: readonly Segment[]): string[] {
  const problems = Object.keys(selector)
    .filter(key => !fields.some(field => field === key))
    .map(key => `no field "${key}"; there are: ${fields.join(', ')}`)
  const isPooled = segments.every(({ region }) => region === pooledRegion)
  if (isPooled && selector.region !== undefined)
    return [...problems, `no region "${selector.region}": regions are put together; ${apartAdvice}`]
  for (const field of fields) {
    const known = [...new Set<string>(segments.map(segment => segment[field]))]
    const unknown = [selector[field] ?? []].flat().filter(value => !known.includes(value))
    problems.push(...unknown.map(value => `no ${field} "${value}"; there are: ${known.join(', ')}`))
  }
  if (problems.length > 0 || segments.some(segment => matches(selector, segment))) return problems
  return [`${JSON.stringify(selector)} picks no segment`]
}

/** Whether a scope tells regions apart. */
export function namesRegion(scope: Scope): boolean {
  return [scope].flat().some(({ region }) => region !== undefined)
}

/** The app that shares nothing with the others: the control group. */
export const controlApp = 'rival'

/** Whether a segment may be harmed. The control app's never may, unless a selector names that app. */
export function inScope(scope: Scope, segment: Segment): boolean {
  const selectors: readonly Selector[] = Array.isArray(scope) ? scope : [scope as Selector]
  return selectors.some(
    selector => (segment.app !== controlApp || selector.app !== undefined) && matches(selector, segment),
  )
}
