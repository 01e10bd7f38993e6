/** The scoreboard: a row for each scenario and architecture, with the verdict and how bad it was. */
import type { RunResult } from '../outcome/results.ts'
import { mergeVerdicts, type Verdict, verdicts } from '../outcome/verdict.ts'
import type { Style } from './style.ts'

/** Several runs of the same scenario and architecture, as one row: the worst of each. */
export interface Row {
  scenario: string
  architecture: string
  runs: number
  verdict: Verdict
  isolation: number | undefined
  forcedLogoutShare: number | undefined
  /** Null: it did not recover; undefined: it was not measured. */
  timeToRecoverMs: number | null | undefined
  falseAccepts: number | undefined
}

export const verdictWords: Record<Verdict, string> = {
  held: 'held',
  broke: 'BROKE',
  'not-proven': 'NOT PROVEN',
  error: 'ERROR',
}

/** One row for each scenario and architecture, in the order in which they first ran, architectures side by side. */
export function rowsOf(runs: readonly RunResult[]): Row[] {
  const groups = Map.groupBy(runs, run => `${run.scenario} ${run.architecture}`)
  const scenarios = [...new Set(runs.map(run => run.scenario))]
  return [...groups.values()].map(rowOf).toSorted((a, b) => {
    const byScenario = scenarios.indexOf(a.scenario) - scenarios.indexOf(b.scenario)
    return byScenario !== 0 ? byScenario : b.architecture.localeCompare(a.architecture)
  })
}

function rowOf(runs: readonly RunResult[]): Row {
  const outcomes = runs.flatMap(({ outcome }) => (outcome ? [outcome] : []))
  const first = runs[0] as RunResult
  const measured = outcomes.length > 0
  const recoveries = outcomes.map(outcome => outcome.timeToRecoverMs)
  return {
    scenario: first.scenario,
    architecture: first.architecture,
    runs: runs.length,
    verdict: mergeVerdicts(runs.map(run => run.verdict)),
    isolation: measured ? Math.min(...outcomes.map(outcome => outcome.isolation)) : undefined,
    forcedLogoutShare: measured
      ? Math.max(...outcomes.map(outcome => outcome.forcedLogouts.share))
      : undefined,
    timeToRecoverMs: !measured
      ? undefined
      : recoveries.some(recovery => recovery === null)
        ? null
        : Math.max(...recoveries.map(Number)),
    falseAccepts: measured ? Math.max(...outcomes.map(outcome => outcome.falseAccepts)) : undefined,
  }
}

const columns = [
  { title: 'scenario', width: 20 },
  { title: 'architecture', width: 13 },
  { title: 'verdict', width: 15 },
  { title: 'isolation', width: 10 },
  { title: 'logged out', width: 11 },
  { title: 'recovery', width: 9 },
] as const

/** The table, 80 columns wide at most, as lines. */
export function renderScoreboard(rows: readonly Row[], style: Style): string[] {
  const line = (cells: readonly string[], paint: (text: string, column: number) => string) =>
    `  ${columns.map(({ width }, index) => paint(pad(cells[index] ?? '', width), index)).join('')}`.trimEnd()
  return [
    line(
      columns.map(({ title }) => title),
      text => style.dim(text),
    ),
    ...rows.map((row, index) => {
      const repeats = rows[index - 1]?.scenario === row.scenario
      return line(cellsOf(row, repeats), (text, column) => paintCell(row, column, text, style))
    }),
    '',
    style.dim('  held: what the scenario predicts for that architecture came true, good or bad.'),
    style.dim('  isolation: 1 when nobody outside the scope of the fault was harmed.'),
  ]
}

function cellsOf(row: Row, repeats: boolean): string[] {
  const times = row.runs > 1 ? ` x${row.runs}` : ''
  return [
    repeats ? '' : row.scenario,
    row.architecture,
    verdictWords[row.verdict] + times,
    row.isolation === undefined ? '-' : row.isolation.toFixed(3),
    row.forcedLogoutShare === undefined ? '-' : percent(row.forcedLogoutShare),
    row.timeToRecoverMs === undefined
      ? '-'
      : row.timeToRecoverMs === null
        ? 'stuck'
        : `${(row.timeToRecoverMs / 1000).toFixed(1)} s`,
  ]
}

/** The verdict is about the prediction, the numbers are about the outage: each has its own colour. */
function paintCell(row: Row, column: number, text: string, style: Style): string {
  const isBad = [
    false,
    false,
    false,
    (row.isolation ?? 1) < 0.99,
    (row.forcedLogoutShare ?? 0) > 0,
    row.timeToRecoverMs === null,
  ]
  if (column === 2) return row.verdict === 'held' ? style.green(text) : style.bold(style.red(text))
  if (column === 0) return style.bold(text)
  return isBad[column] ? style.yellow(text) : text
}

function percent(share: number): string {
  return share > 0 && share < 0.001
    ? '<0.1 %'
    : `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)} %`
}

function pad(text: string, width: number): string {
  return text.length >= width ? `${text.slice(0, width - 2)}… ` : text.padEnd(width)
}

/** What did not hold, worst first, with why. */
export function renderReasons(runs: readonly RunResult[], style: Style): string[] {
  return runs
    .filter(({ verdict }) => verdict !== 'held')
    .toSorted((a, b) => verdicts.indexOf(b.verdict) - verdicts.indexOf(a.verdict))
    .flatMap(({ scenario, architecture, verdict, reasons }) => [
      '',
      `  ${style.bold(style.red(verdictWords[verdict]))} ${scenario} on ${architecture}`,
      ...reasons.flatMap(reason => reason.split('\n').map(line => `    ${line}`.trimEnd())),
    ])
}
