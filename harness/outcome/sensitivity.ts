/**
 * What each mitigation is good for: scenarios on an architecture as it is, with each of its mitigations removed in turn, and
 * with those removed together that can stand in for each other. Pure functions from verdicts to findings.
 */
import type { Verdict } from './verdict.ts'

/** One run. `removed`: what it was without, several joined by `+`; null for the architecture as it is. */
export interface SensitivityCell {
  scenario: string
  architecture: string
  removed: string | null
  verdict: Verdict
  forcedLogouts: number | null
  isolation: number | null
  reasons: readonly string[]
  /** Why it could not be run at all. */
  notRunnable?: string | undefined
}

/** What a scenario says that it needs: mitigations, and groups of which it needs one. */
export interface Needs {
  needs?: readonly string[] | undefined
  needsOneOf?: readonly (readonly string[])[] | undefined
}

/** A need that a scenario names: a mitigation, or one of several (`a or b`). */
export interface NeedFinding {
  scenario: string
  mitigation: string
  /** The architectures on which the scenario broke without it, and those on which it did not. */
  brokeOn: string[]
  notOn: string[]
  confirmed: boolean
  /** False where no run of it could be made here: nothing is known. */
  tried: boolean
}

export interface SensitivityFindings {
  needs: NeedFinding[]
  /** Scenarios that do not hold with nothing removed: they show nothing about any mitigation. */
  deadWeight: { scenario: string; architecture: string; verdict: Verdict }[]
  /** What scenarios break without and do not name. */
  unnamed: { scenario: string; mitigation: string; brokeOn: string[] }[]
  /** Mitigations that no scenario breaks without, neither alone nor as the last of those that it needs one of. */
  unproven: string[]
}

/** The name of a removal. */
export function removalOf(mitigations: readonly string[]): string {
  return [...mitigations].toSorted().join('+')
}

/**
 * All that has to be removed to try needs: each mitigation alone; each group together, and together but for one of its
 * members.
 */
export function removalsFor({ needs = [], needsOneOf = [] }: Needs): string[][] {
  const together = needsOneOf.flatMap(group => [
    group,
    ...group.map(kept => group.filter(each => each !== kept)),
  ])
  const all = [...needs.map(each => [each]), ...together].map(each => each.toSorted())
  return [...new Map(all.map(each => [removalOf(each), each])).values()]
}

/**
 * A need is confirmed where the scenario holds as it is and breaks without the mitigation, on at least one architecture:
 * another one may make up for it. One of several is needed where it breaks without all of them, and holds with any one.
 * A verdict that is not proven confirms nothing.
 */
export function sensitivityFindings(
  cells: readonly SensitivityCell[],
  needs: Readonly<Record<string, Needs>>,
): SensitivityFindings {
  const matrix = new Matrix(cells)
  const findings = Object.entries(needs).flatMap(([scenario, { needs: alone = [], needsOneOf = [] }]) => [
    ...alone.map(mitigation => matrix.need(scenario, mitigation)),
    ...needsOneOf.map(group => matrix.needOneOf(scenario, group)),
  ])
  const lastOfSeveral = new Set(
    findings.filter(({ confirmed }) => confirmed).flatMap(({ mitigation }) => mitigation.split(' or ')),
  )
  return {
    needs: findings,
    deadWeight: cells
      .filter(({ removed, verdict, notRunnable }) => removed === null && verdict !== 'held' && !notRunnable)
      .map(({ scenario, architecture, verdict }) => ({ scenario, architecture, verdict })),
    unnamed: Object.entries(needs).flatMap(([scenario, named]) =>
      matrix.unnamed(scenario, named.needs ?? []).map(each => ({ scenario, ...each })),
    ),
    unproven: matrix.mitigations.filter(name => !matrix.isNeeded(name) && !lastOfSeveral.has(name)),
  }
}

class Matrix {
  readonly #cells: readonly SensitivityCell[]
  readonly #byPlace: ReadonlyMap<string, SensitivityCell>

  constructor(cells: readonly SensitivityCell[]) {
    this.#cells = cells
    this.#byPlace = new Map(
      cells.map(each => [placeOf(each.scenario, each.architecture, each.removed), each]),
    )
  }

  /** Those that were removed alone. */
  get mitigations(): string[] {
    const removed = this.#cells.flatMap(cell => cell.removed ?? [])
    return [...new Set(removed)].filter(name => !name.includes('+'))
  }

  /** Whether some scenario breaks without it. */
  isNeeded(mitigation: string): boolean {
    return this.#cells.some(cell => cell.removed === mitigation && this.#breaks(cell))
  }

  /** What a scenario breaks without, but for what it names. */
  unnamed(scenario: string, named: readonly string[]): { mitigation: string; brokeOn: string[] }[] {
    return this.mitigations
      .filter(mitigation => !named.includes(mitigation))
      .map(mitigation => ({ mitigation, brokeOn: this.need(scenario, mitigation).brokeOn }))
      .filter(({ brokeOn }) => brokeOn.length > 0)
  }

  need(scenario: string, mitigation: string): NeedFinding {
    return this.#finding(scenario, mitigation, mitigation, () => true)
  }

  needOneOf(scenario: string, group: readonly string[]): NeedFinding {
    const holdsWith = (kept: string, architecture: string) => {
      const removed = removalOf(group.filter(each => each !== kept))
      return this.#byPlace.get(placeOf(scenario, architecture, removed))?.verdict === 'held'
    }
    return this.#finding(scenario, group.join(' or '), removalOf(group), ({ architecture }) =>
      group.every(kept => holdsWith(kept, architecture)),
    )
  }

  #finding(
    scenario: string,
    mitigation: string,
    removed: string,
    also: (cell: SensitivityCell) => boolean,
  ): NeedFinding {
    const tried = this.#cells.filter(cell => cell.scenario === scenario && cell.removed === removed)
    const isNeeded = (cell: SensitivityCell) => this.#breaks(cell) && also(cell)
    const brokeOn = tried.filter(isNeeded).map(({ architecture }) => architecture)
    const notOn = tried.filter(cell => !isNeeded(cell)).map(({ architecture }) => architecture)
    return {
      ...{ scenario, mitigation, brokeOn, notOn, confirmed: brokeOn.length > 0 },
      tried: tried.some(({ notRunnable }) => !notRunnable),
    }
  }

  /** Whether what was removed makes the difference. */
  #breaks({ scenario, architecture, verdict }: SensitivityCell): boolean {
    return verdict === 'broke' && this.#byPlace.get(placeOf(scenario, architecture, null))?.verdict === 'held'
  }
}

function placeOf(scenario: string, architecture: string, removed: string | null): string {
  return JSON.stringify([scenario, architecture, removed])
}
