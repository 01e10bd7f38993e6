/**
 * What each mitigation is good for: scenarios on an architecture as it is, and with each of its mitigations removed in turn.
 * Pure functions from verdicts to findings.
 */
import type { Verdict } from './verdict.ts'

/** One run. `removed`: the mitigation that it was without; null for the architecture as it is. */
export interface SensitivityCell {
  scenario: string
  architecture: string
  removed: string | null
  verdict: Verdict
  forcedLogouts: number | null
  isolation: number | null
  reasons: readonly string[]
}

/** A mitigation that a scenario names among its needs. */
export interface NeedFinding {
  scenario: string
  mitigation: string
  /** The architectures on which the scenario broke without it, and those on which it did not. */
  brokeOn: string[]
  notOn: string[]
  confirmed: boolean
}

export interface SensitivityFindings {
  needs: NeedFinding[]
  /** Scenarios that do not hold with nothing removed: they show nothing about any mitigation. */
  deadWeight: { scenario: string; architecture: string; verdict: Verdict }[]
  /** Mitigations that no scenario breaks without. */
  unproven: string[]
}

/**
 * A need is confirmed where the scenario holds as it is and breaks without the mitigation, on at least one architecture:
 * another one may make up for it. A verdict that is not proven confirms nothing.
 */
export function sensitivityFindings(
  cells: readonly SensitivityCell[],
  needs: Readonly<Record<string, readonly string[]>>,
): SensitivityFindings {
  const holds = (cell: SensitivityCell) =>
    cells.some(
      ({ scenario, architecture, removed, verdict }) =>
        removed === null &&
        verdict === 'held' &&
        scenario === cell.scenario &&
        architecture === cell.architecture,
    )
  const isNeeded = (cell: SensitivityCell) => cell.verdict === 'broke' && holds(cell)
  const without = cells.filter(({ removed }) => removed !== null)
  const findings = Object.entries(needs).flatMap(([scenario, names]) =>
    names.map((mitigation): NeedFinding => {
      const tried = without.filter(cell => cell.scenario === scenario && cell.removed === mitigation)
      const brokeOn = tried.filter(isNeeded).map(({ architecture }) => architecture)
      const notOn = tried.filter(cell => !isNeeded(cell)).map(({ architecture }) => architecture)
      return { scenario, mitigation, brokeOn, notOn, confirmed: brokeOn.length > 0 }
    }),
  )
  const mitigations = [...new Set(without.map(({ removed }) => removed ?? ''))]
  return {
    needs: findings,
    deadWeight: cells
      .filter(({ removed, verdict }) => removed === null && verdict !== 'held')
      .map(({ scenario, architecture, verdict }) => ({ scenario, architecture, verdict })),
    unproven: mitigations.filter(name => !without.some(cell => cell.removed === name && isNeeded(cell))),
  }
}
