/** The matrix scenario x mitigation on the terminal, and what follows from it. */
import type { SensitivityCell, SensitivityFindings } from '../outcome/sensitivity.ts'
import type { Style } from './style.ts'

/** What was removed alone: what was removed together has no column, and is told where it changes something. */
export function columnsOf(cells: readonly SensitivityCell[]): (string | null)[] {
  return [...new Set(cells.map(cell => cell.removed))].filter(removed => !removed?.includes('+'))
}

const words = { held: '·', broke: 'BROKE', 'not-proven': '?', error: 'ERROR' } as const
const scenarioWidth = 22

/** One line for each scenario with those removals that change something; each mitigation that changed nothing is a dot. */
export function renderSensitivity(
  cells: readonly SensitivityCell[],
  findings: SensitivityFindings,
  style: Style,
): string[] {
  const architectures = [...new Set(cells.map(({ architecture }) => architecture))]
  return [
    ...architectures.flatMap(name =>
      matrixOf(
        cells.filter(each => each.architecture === name),
        name,
        style,
      ),
    ),
    ...findingLines(findings, style),
  ]
}

function matrixOf(cells: readonly SensitivityCell[], architecture: string, style: Style): string[] {
  const removed = columnsOf(cells)
  const legend = removed.map((name, index) => `  ${letterOf(index)} ${name ?? 'nothing removed'}`)
  const head = `${''.padEnd(scenarioWidth)}${removed.map((_, index) => letterOf(index).padEnd(6)).join('')}`
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))]
  const rows = scenarios.flatMap(scenario => {
    const own = cells.filter(cell => cell.scenario === scenario)
    const marks = removed.map(name =>
      markOf(
        own.find(cell => cell.removed === name),
        style,
      ),
    )
    return [`  ${scenario.padEnd(scenarioWidth - 2)}${marks.join('')}`, ...own.filter(isTold).map(numbersOf)]
  })
  return [
    `${style.bold(architecture)} with each mitigation removed in turn`,
    ...legend,
    '',
    head,
    ...rows,
    '',
  ]
}

function letterOf(index: number): string {
  return index === 0 ? '-' : String.fromCharCode(96 + index)
}

function markOf(cell: SensitivityCell | undefined, style: Style): string {
  if (!cell) return ''.padEnd(6)
  const word = words[cell.verdict].padEnd(6)
  return cell.verdict === 'held' ? style.dim(word) : style.red(word)
}

const isTold = ({ verdict, notRunnable, removed }: SensitivityCell) =>
  verdict !== 'held' && (notRunnable === undefined || removed === null)

function numbersOf({ removed, verdict, forcedLogouts, isolation, reasons }: SensitivityCell): string {
  const what = removed === null ? 'as it is' : `without ${removed.replaceAll('+', ' and ')}`
  const measured =
    isolation === null
      ? (reasons[0]?.split('\n')[0] ?? '')
      : `${forcedLogouts ?? 0} logged out, isolation ${isolation.toFixed(3)}`
  return `    ${what}: ${verdict}: ${measured}`
}

function findingLines({ needs, deadWeight, unnamed, unproven }: SensitivityFindings, style: Style): string[] {
  const open = needs.filter(({ confirmed, tried }) => !confirmed && tried)
  const untried = needs.filter(({ tried }) => !tried)
  return [
    `  needs: ${needs.length - open.length - untried.length} of ${needs.length} confirmed`,
    ...open.map(({ scenario, mitigation }) =>
      style.red(
        `  not confirmed: ${scenario} says that it needs ${mitigation}, and does not break without it`,
      ),
    ),
    ...untried.map(
      ({ scenario, mitigation }) =>
        `  not tried: ${scenario} says that it needs ${mitigation}, and cannot be simulated`,
    ),
    ...deadWeight.map(({ scenario, architecture, verdict }) =>
      style.red(`  dead weight: ${scenario} is ${verdict} on ${architecture} with nothing removed`),
    ),
    ...unnamed.map(
      ({ scenario, mitigation, brokeOn }) =>
        `  not named: ${scenario} breaks on ${brokeOn.join(' and ')} without ${mitigation}`,
    ),
    ...unproven.map(name => style.red(`  unproven: no scenario breaks without ${name}`)),
  ]
}
