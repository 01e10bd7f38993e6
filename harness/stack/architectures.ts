/** Architectures: named sets of mitigations. The names of the mitigations are the services' own. */
import { UsageError } from '../errors.ts'

export const mitigations = [
  'tri-state-auth-result',
  'stale-session-grace',
  'offline-token-validation',
  'jwks-overlap',
  'circuit-breaker',
  'bulkhead',
  'retry-budget',
  'load-shedding',
  'sign-in-queue',
  'staged-config-rollout',
  'config-validation',
  'keep-last-endpoints',
  'static-stability',
  'cells',
] as const
export type Mitigation = (typeof mitigations)[number]

export interface Architecture {
  name: string
  mitigations: readonly Mitigation[]
  /** Of a user's own: the built-in one that it is made from, whose predictions count where it has none of its own. */
  base?: ArchitectureName
}

const builtIn = {
  /** Nothing: what a family of apps becomes when nobody plans for auth to fail. */
  'shared-fate': { name: 'shared-fate', mitigations: [] },
  /** Everything that works without splitting the family into cells. */
  hardened: { name: 'hardened', mitigations: mitigations.filter(name => name !== 'cells') },
  /** Everything: each region has an auth of its own. */
  cellular: { name: 'cellular', mitigations },
} as const satisfies Record<string, Architecture>

export type ArchitectureName = keyof typeof builtIn
/** Those that are built in. */
export const architectures: readonly Architecture[] = Object.values(builtIn)
export const architectureNames = Object.keys(builtIn) as ArchitectureName[]

/** How a user's own architecture differs from a built-in one. */
export interface ArchitectureChange {
  base: ArchitectureName
  with?: readonly Mitigation[]
  without?: readonly Mitigation[]
}

/**
 * A user's own architecture: `architecture('no-queue', { base: 'hardened', without: ['sign-in-queue'] })`.
 * Throws UsageError listing everything that is wrong with it.
 */
export function architecture(name: string, change: ArchitectureChange): Architecture {
  const { base, with: added = [], without: removed = [] } = change
  const found = architectures.find(each => each.name === base)
  const problems = [...nameProblems(name), ...changeProblems(found, change)]
  if (!found || problems.length > 0) {
    const list = problems.map(problem => `  - ${problem}`).join('\n')
    throw new UsageError(`the architecture "${name}" does not make sense:\n${list}`)
  }
  const kept = mitigations.filter(
    each => (found.mitigations.includes(each) || added.includes(each)) && !removed.includes(each),
  )
  return { name, mitigations: kept, base }
}

function nameProblems(name: string): string[] {
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    return [`its name must be of lower-case letters, digits and hyphens, beginning with a letter`]
  return architectures.some(each => each.name === name)
    ? [`the name is taken by a built-in architecture`]
    : []
}

function changeProblems(found: Architecture | undefined, change: ArchitectureChange): string[] {
  const { base, with: added = [], without: removed = [] } = change
  const problems: string[] = []
  if (!found) problems.push(`base: no architecture "${base}"; there are: ${architectureNames.join(', ')}`)
  for (const [field, names] of Object.entries({ with: added, without: removed })) {
    for (const name of names) {
      if (!mitigations.includes(name))
        problems.push(`${field}: no mitigation "${name}"; there are: ${mitigations.join(', ')}`)
      else if (found && found.mitigations.includes(name) === (field === 'with'))
        problems.push(`${field}: "${name}" changes nothing: ${base} ${field === 'with' ? 'has' : 'lacks'} it`)
    }
  }
  if (added.length === 0 && removed.length === 0)
    problems.push(`with, without: both are empty, so that it is no other than ${base}`)
  return problems
}

/** Those that users defined, as far as they were loaded. */
let own: readonly Architecture[] = []

/**
 * Makes users' own architectures known to this process, instead of those that were known before.
 * Throws UsageError where two have one name.
 */
export function defineArchitectures(defined: readonly Architecture[]): void {
  const twice = defined.find((each, index) => defined.findIndex(({ name }) => name === each.name) < index)
  if (twice) throw new UsageError(`there are two architectures "${twice.name}"; give one another name`)
  own = [...defined]
}

/** All architectures: the built-in ones, then the users' own that were loaded. */
export function knownArchitectures(): readonly Architecture[] {
  return [...architectures, ...own]
}

/** The architecture of a name. Throws UsageError with the names there are. */
export function architectureOf(name: string): Architecture {
  const known = knownArchitectures()
  const found = known.find(architecture => architecture.name === name)
  if (found) return found
  throw new UsageError(`no architecture "${name}"; there are: ${known.map(each => each.name).join(', ')}`)
}

/**
 * What of a table by architecture counts for one of them: its own entry, else that of the one that it is made from.
 * So a scenario's prediction for `hardened` is also what an architecture without one of its mitigations is held to.
 */
export function entryFor<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  const { base } = knownArchitectures().find(each => each.name === name) ?? {}
  return table[name] ?? (base === undefined ? undefined : table[base])
}

/** Whether the predictions of a scenario, by architecture, say something of this one. */
export function isPredicted<Entry>(
  entries: Readonly<Record<string, Entry | undefined>>,
  { name, base }: Architecture,
): boolean {
  return entryFor(entries, name) !== undefined || (base !== undefined && base in entries)
}
