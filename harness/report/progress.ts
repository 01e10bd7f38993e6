/**
 * What is going on, at the bottom of a terminal: a few lines that are drawn anew, with everything that is said for good
 * above them. Where nobody looks at a terminal (a log file, CI) there are only the lines said for good.
 */
import { stripVTControlCharacters } from 'node:util'
import type { LiveSnapshot } from '../run/live-progress.ts'
import { controlApp } from '../scope.ts'
import { everyApp } from '../stack/apps.ts'
import type { Style } from './style.ts'

export interface ProgressState {
  done: number
  total: number
  /** Since the beginning, ms. */
  elapsedMs: number
  /** What each run that is over took, ms. */
  tookMs: readonly number[]
  running: readonly RunningState[]
}

export interface RunningState {
  scenario: string
  architecture: string
  phase: string
  /** Of each second so far, the latest last. */
  snapshots: readonly LiveSnapshot[]
}

const bars = '▁▂▃▄▅▆▇█'
const sparkWidth = 12

/** One character a second: how much was served. A dot where nobody asked. */
export function sparkline(values: readonly (number | null)[], width = sparkWidth): string {
  return values
    .slice(-width)
    .map(value => (value === null ? '·' : (bars[Math.min(7, Math.floor(value * 8))] ?? '·')))
    .join('')
    .padStart(width)
}

/** The lines, none longer than `columns`. */
export function renderProgress(state: ProgressState, columns: number, style: Style): string[] {
  return [
    '',
    overall(state, style),
    ...state.running.flatMap(run => [headOf(run, style), ...sparksOf(run, columns, style)]),
  ].map(line => cut(line, columns))
}

function overall({ done, total, elapsedMs, tookMs }: ProgressState, style: Style): string {
  const mean = tookMs.reduce((sum, ms) => sum + ms, 0) / tookMs.length
  const left = tookMs.length === 0 || done === total ? '' : `, about ${minutes(mean * (total - done))} left`
  return `  ${style.bold(`${done} of ${total}`)} ${style.dim(`after ${minutes(elapsedMs)}${left}`)}`
}

function headOf({ scenario, architecture, phase, snapshots }: RunningState, style: Style): string {
  const last = snapshots.at(-1)
  const at =
    last === undefined ? '' : ` ${Math.round(last.nowMs / 1_000)}/${Math.round(last.timelineMs / 1_000)} s`
  const out =
    last === undefined || last.forcedOut === 0 ? '' : `  ${style.yellow(`${last.forcedOut} forced out`)}`
  return `  ${style.bold(scenario)} ${style.dim(`on ${architecture}${at}`)}${out}  ${phase}`
}

/** As many apps side by side as there is room for. */
function sparksOf({ snapshots }: RunningState, columns: number, style: Style): string[] {
  const apps = [...new Set(snapshots.flatMap(({ goodput }) => Object.keys(goodput)))].toSorted(
    (a, b) => place(a) - place(b) || a.localeCompare(b),
  )
  if (apps.length === 0) return []
  const nameWidth = Math.max(...apps.map(app => app.length))
  const cell = nameWidth + 1 + sparkWidth + 3
  const perLine = Math.max(1, Math.floor((columns - 4) / cell))
  const cells = apps.map(app => {
    const values = snapshots.map(({ goodput }) => goodput[app] ?? null)
    const latest = values.at(-1) ?? 1
    const line = sparkline(values)
    return `${app.padEnd(nameWidth)} ${latest < 0.9 ? style.yellow(line) : style.green(line)}   `
  })
  return Array.from(
    { length: Math.ceil(cells.length / perLine) },
    (_, row) =>
      `    ${cells
        .slice(row * perLine, (row + 1) * perLine)
        .join('')
        .trimEnd()}`,
  )
}

/** In the order of the products; others come after them. */
function place(app: string): number {
  const order = [...everyApp, controlApp]
  const found = order.indexOf(app)
  return found < 0 ? order.length : found
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}

/** Cut where it would wrap: a wrapped line cannot be drawn over. Colours do not count, and go where it is cut. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line)
  return plain.length < columns ? line : `${plain.slice(0, columns - 2)}…`
}

export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Whether lines can be drawn anew there. */
export function isLively(
  stream: ProgressStream,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && environment.TERM !== 'dumb' && !environment.CI
}

/** The lines at the bottom. Without a lively terminal it only says what is said for good. */
export class ProgressBlock {
  readonly #stream: ProgressStream
  readonly #isLively: boolean
  #drawn = 0

  constructor(stream: ProgressStream, lively: boolean) {
    this.#stream = stream
    this.#isLively = lively
  }

  /** Says something for good, above the block. */
  say(line: string): void {
    const block = this.#drawn === 0 ? '' : this.#wiped()
    this.#stream.write(`${block}${line}\n`)
  }

  /** Draws the block anew. */
  draw(lines: readonly string[]): void {
    if (!this.#isLively) return
    this.#stream.write(`${this.#wiped()}${lines.map(line => `${line}\n`).join('')}`)
    this.#drawn = lines.length
  }

  /** Takes it away, as before the last words. */
  clear(): void {
    if (this.#drawn > 0) this.#stream.write(this.#wiped())
  }

  /** Goes back to where the block begins, and wipes what is below. */
  #wiped(): string {
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}F\u001b[J`
    this.#drawn = 0
    return up
  }
}
