/** Architectures: named sets of mitigations. The names of the mitigations are the services' own. */
import { UsageError } from '../errors.ts'

export const mitigations = [
  'tri-state-auth-result',
  'stale-session-grace',
  'offline-token-validation',
  'retry-budget',
  'circuit-breaker',
  'config-validation',
] as const
export type Mitigation = (typeof mitigations)[number]

export interface Architecture {
  name: string
  mitigations: readonly Mitigation[]
}

const builtIn = {
  /** Nothing: what a family of apps becomes when nobody plans for auth to fail. */
  'shared-fate': { name: 'shared-fate', mitigations: [] },
  /** Everything that works without splitting the family into cells. */
  hardened: { name: 'hardened', mitigations },
} as const satisfies Record<string, Architecture>

export type ArchitectureName = keyof typeof builtIn
export const architectures: readonly Architecture[] = Object.values(builtIn)
export const architectureNames = Object.keys(builtIn) as ArchitectureName[]

/** The architecture of a name. Throws UsageError with the names there are. */
export function architectureOf(name: string): Architecture {
  const found = architectures.find(architecture => architecture.name === name)
  if (!found) throw new UsageError(`no architecture "${name}"; there are: ${architectureNames.join(', ')}`)
  return found
}
