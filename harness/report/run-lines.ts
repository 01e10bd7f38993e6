/** What a run says at its beginning and at its end, on every runtime. */
import type { Noise } from '../outcome/noise.ts'
import type { RunResult } from '../outcome/results.ts'
import { renderDiagnosis } from './diagnosis-table.ts'
import { renderFidelity } from './fidelity-card.ts'
import { renderRepeats } from './repeats.ts'
import { renderReasons, renderScoreboard, rowsOf } from './scoreboard.ts'
import type { Style } from './style.ts'

export interface RunHead {
  names: readonly string[]
  architectures: readonly string[]
  /** With why it was taken, where there is a word to say. */
  runtime: string
  seed: number
}

export function headLines({ names, architectures, runtime, seed }: RunHead, style: Style): string[] {
  const row = (name: string, text: string) => `  ${style.dim(name.padEnd(14))}${text}`
  return [
    `${style.bold('firebreak')}  ${count(names, 'scenario')} x ${count(architectures, 'architecture')}`,
    row('runtime', runtime),
    row('seed', String(seed)),
    row('scenarios', names.join(', ')),
    row('architectures', architectures.join(', ')),
    '',
  ]
}

function count(items: readonly string[], noun: string): string {
  return `${items.length} ${noun}${items.length === 1 ? '' : 's'}`
}

/** The scoreboard, and what there is to say of it. Nothing of no runs. */
export function boardLines(runs: readonly RunResult[], style: Style, noise?: Noise): string[] {
  const { columns } = process.stdout
  if (runs.length === 0) return []
  return [
    '',
    ...renderScoreboard(rowsOf(runs), style, noise, columns),
    ...renderRepeats(runs, style),
    ...renderDiagnosis(runs, style),
    ...renderFidelity(runs, style),
    ...renderReasons(runs, style, noise),
  ]
}
