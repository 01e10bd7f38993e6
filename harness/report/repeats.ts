/** What runs of one and the same come to: how often each verdict, and how far their numbers lie apart. */
import type { RunResult } from '../outcome/results.ts'
import { percent } from './percent.ts'
import { verdictWord } from './scoreboard.ts'
import type { Style } from './style.ts'

/** Nothing where nothing was run more than once. */
export function renderRepeats(runs: readonly RunResult[], style: Style): string[] {
  const groups = [...Map.groupBy(runs, run => `${run.scenario} on ${run.architecture}`)].filter(
    ([, own]) => own.length > 1,
  )
  if (groups.length === 0) return []
  const mixed = groups.filter(([, own]) => new Set(own.map(verdictWord)).size > 1)
  const head =
    mixed.length === 0
      ? style.green(`the same verdict every time, in ${groups.length} of ${groups.length}`)
      : style.red(`not the same verdict every time: ${mixed.length} of ${groups.length}`)
  return ['', `  repeats: ${head}`, ...groups.map(([name, own]) => `    ${name}: ${wordsOf(own)}`)]
}

function wordsOf(runs: readonly RunResult[]): string {
  const outcomes = runs.flatMap(({ outcome }) => outcome ?? [])
  const counts = [...Map.groupBy(runs, verdictWord)].map(([word, own]) => `${word} ${own.length}`)
  const recoveries = outcomes.flatMap(({ timeToRecoverMs }) => timeToRecoverMs ?? [])
  return [
    counts.join(', '),
    ...spread(
      'isolation',
      outcomes.map(({ isolation }) => isolation),
      value => value.toFixed(3),
    ),
    ...spread(
      'logged out',
      outcomes.map(({ forcedLogouts }) => forcedLogouts.share),
      percent,
    ),
    ...spread('recovery', recoveries, value => `${(value / 1_000).toFixed(1)} s`),
  ].join('; ')
}

function spread(name: string, values: readonly number[], show: (value: number) => string): string[] {
  if (values.length === 0) return []
  const [least, most] = [show(Math.min(...values)), show(Math.max(...values))]
  return [`${name} ${least === most ? least : `${least} to ${most}`}`]
}
