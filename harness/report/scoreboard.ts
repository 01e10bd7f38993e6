/** The scoreboard: a row for each scenario and architecture, with the verdict and how bad it was. */
import { pooledRegion } from '../outcome/history.ts'
import type { Noise } from '../outcome/noise.ts'
import type { RunResult } from '../outcome/results.ts'
import { mergeVerdicts, type Verdict, verdicts } from '../outcome/verdict.ts'
import { architectures } from '../stack/architectures.ts'
import type { Style } from './style.ts'

/** Several runs of the same scenario and architecture, as one row: the worst of each. */
export interface Row {
  scenario: string
  architecture: string
  runs: number
  verdict: Verdict
  /** It could not run there. */
  notRunnable?: true
  isolation: number | undefined
  forcedLogoutShare: number | undefined
  /** Null: it did not recover; undefined: it was not measured. */
  timeToRecoverMs: number | null | undefined
  falseAccepts: number | undefined
}

const verdictWords: Record<Verdict, string> = {
  held: 'held',
  broke: 'BROKE',
  'not-proven': 'NOT PROVEN',
  error: 'ERROR',
}

/** A verdict as people read it. */
export function verdictWord({
  verdict,
  notRunnable,
}: {
  verdict: Verdict
  notRunnable?: string | boolean | undefined
}): string {
  return notRunnable && verdict === 'not-proven' ? 'NOT RUNNABLE' : verdictWords[verdict]
}

/**
 * One row for each scenario and architecture: scenarios in the order in which they first ran, and of each the built-in
 * architectures from weak to strong, then users' own.
 */
export function rowsOf(runs: readonly RunResult[]): Row[] {
  const groups = Map.groupBy(runs, run => `${run.scenario} ${run.architecture}`)
  const scenarios = [...new Set(runs.map(run => run.scenario))]
  const ran = [...new Set(runs.map(run => run.architecture))]
  const order = [...new Set([...architectures.map(({ name }) => name), ...ran])]
  return [...groups.values()]
    .map(rowOf)
    .toSorted(
      (a, b) =>
        scenarios.indexOf(a.scenario) - scenarios.indexOf(b.scenario) ||
        order.indexOf(a.architecture) - order.indexOf(b.architecture),
    )
}

function rowOf(runs: readonly RunResult[]): Row {
  const outcomes = runs.flatMap(({ outcome }) => (outcome ? [outcome] : []))
  const first = runs[0] as RunResult
  const measured = outcomes.length > 0
  // One that was cut short had no time to recover.
  const recoveries = runs.flatMap(run => (run.outcome && !run.cutShort ? [run.outcome.timeToRecoverMs] : []))
  return {
    scenario: first.scenario,
    architecture: first.architecture,
    runs: runs.length,
    verdict: mergeVerdicts(runs.map(run => run.verdict)),
    ...(runs.every(run => run.notRunnable !== undefined) ? { notRunnable: true } : {}),
    isolation: measured ? Math.min(...outcomes.map(outcome => outcome.isolation)) : undefined,
    forcedLogoutShare: measured
      ? Math.max(...outcomes.map(outcome => outcome.forcedLogouts.share))
      : undefined,
    timeToRecoverMs:
      recoveries.length === 0
        ? undefined
        : recoveries.some(recovery => recovery === null)
          ? null
          : Math.max(...recoveries.map(Number)),
    falseAccepts: measured ? Math.max(...outcomes.map(outcome => outcome.falseAccepts)) : undefined,
  }
}

const titles = ['scenario', 'architecture', 'verdict', 'isolation', 'logged out', 'recovery'] as const
/** Of the columns behind the names: the verdict, which gives away what it does not need, and the numbers. */
const verdictWidthUsual = 15
const numberWidths = [11, 11, 8] as const
/** What is left for the two names in 80 columns. */
const namesWidthUsual = 33
const columnsUsual = 80
const columnsMax = 120
const architectureWidthUsual = 13

/** Names take what they need from a wide terminal first, and then from the verdicts; a long architecture's, what is left. */
function widthsOf(rows: readonly Row[], columns: number): number[] {
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(text => text.length)) + 2
  const scenarioWidth = longest([titles[0], ...rows.map(({ scenario }) => scenario)])
  const wanted = Math.max(architectureWidthUsual, longest(rows.map(({ architecture }) => architecture)))
  const lacking = Math.max(0, scenarioWidth + wanted - namesWidthUsual)
  const beyond = Math.min(lacking, Math.max(0, Math.min(columns, columnsMax) - columnsUsual))
  const verdictWidth = Math.min(verdictWidthUsual, longest([titles[2], ...rows.map(verdictText)]))
  const given = Math.min(lacking - beyond, verdictWidthUsual - verdictWidth)
  const namesWidth = namesWidthUsual + beyond + given
  const least = Math.max(architectureWidthUsual, namesWidth - scenarioWidth)
  const architectureWidth = Math.min(wanted, least)
  return [namesWidth - architectureWidth, architectureWidth, verdictWidthUsual - given, ...numberWidths]
}

function verdictText(row: Row): string {
  return verdictWord(row) + (row.runs > 1 ? ` x${row.runs}` : '')
}

/** The table as lines, no wider than 80 columns, or as the terminal where that has more and names need it. */
export function renderScoreboard(
  rows: readonly Row[],
  style: Style,
  noise?: Noise,
  columns = columnsUsual,
): string[] {
  const widths = widthsOf(rows, columns)
  const line = (cells: readonly string[], paint: (text: string, column: number) => string) =>
    `  ${widths.map((width, index) => paint(padded(cells[index] ?? '', width, index), index)).join('')}`.trimEnd()
  return [
    line(titles, text => style.dim(text)),
    ...rows.map((row, index) => {
      const repeats = rows[index - 1]?.scenario === row.scenario
      return line(cellsOf(row, repeats, noise), (text, column) => paintCell(row, column, text, style))
    }),
    '',
    style.dim('  held: what the scenario predicts for that architecture came true, good or bad.'),
    style.dim('  isolation: 1 when nobody outside the scope of the fault was harmed.'),
    ...(noise === undefined
      ? []
      : [style.dim('  ±: what isolation strays by in runs in which nothing is broken.')]),
  ]
}

function cellsOf(row: Row, repeats: boolean, noise: Noise | undefined): string[] {
  return [
    repeats ? '' : row.scenario,
    row.architecture,
    verdictText(row),
    row.isolation === undefined ? '-' : `${row.isolation.toFixed(3)}${floorText(noise, row.architecture)}`,
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

/** Nothing stands behind the last column. */
function padded(text: string, width: number, column: number): string {
  return column === titles.length - 1 ? text : pad(text, width)
}

function pad(text: string, width: number): string {
  return text.length >= width ? `${text.slice(0, width - 2)}… ` : text.padEnd(width)
}

/** ` ±.002`, short enough to stand beside its number. */
function floorText(noise: Noise | undefined, architecture: string): string {
  const floor = noise?.architectures[architecture]
  return floor === undefined ? '' : `±${floor.isolation.toFixed(3).replace(/^0/, '')}`
}

const harmedShownMax = 6

/** Who was harmed that the scenario did not allow to be, worst first. */
function harmLines({ outcome }: RunResult): string[] {
  const harmed = outcome?.harmedOutside ?? []
  if (harmed.length === 0) return []
  const shown = harmed.slice(0, harmedShownMax).map(({ app, surface, region, harm, ...rest }) => {
    const place = region === pooledRegion ? '' : ` ${region}`
    return `      ${percent(harm).padStart(7)}  ${app} ${surface}${place} ${rest.activity}`
  })
  const more = harmed.length - shown.length
  return ['    harmed outside the scope:', ...shown, ...(more > 0 ? [`      and ${more} more`] : [])]
}

function noiseLines({ architecture }: RunResult, style: Style, noise: Noise | undefined): string[] {
  const floor = noise?.architectures[architecture]
  if (floor === undefined) return []
  const { runs, isolation, goodput, harm } = floor
  const [one, two, three] = [isolation, goodput, harm].map(each => each.toFixed(3))
  return [style.dim(`    noise of ${runs} calm runs: isolation ${one}, goodput ${two}, harm ${three}`)]
}

const reasonsShownMax = 8

/** What did not hold, worst first, with why. */
export function renderReasons(runs: readonly RunResult[], style: Style, noise?: Noise): string[] {
  return runs
    .filter(({ verdict }) => verdict !== 'held')
    .toSorted((a, b) => verdicts.indexOf(b.verdict) - verdicts.indexOf(a.verdict))
    .flatMap(run => [
      '',
      `  ${style.bold(style.red(verdictWord(run)))} ${run.scenario} on ${run.architecture}`,
      ...shortened(run.reasons).flatMap(reason => reason.split('\n').map(line => `    ${line}`.trimEnd())),
      ...harmLines(run),
      ...noiseLines(run, style, noise),
    ])
}

/** Of a run too short for its crowd, say, every segment is named: the first few tell it all. */
function shortened(reasons: readonly string[]): string[] {
  if (reasons.length <= reasonsShownMax) return [...reasons]
  const more = reasons.length - reasonsShownMax + 1
  return [...reasons.slice(0, reasonsShownMax - 1), `and ${more} more, in the results file`]
}
