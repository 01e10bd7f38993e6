/** Results in Markdown, for a CI's own page, and as annotations for it. */
import type { Comparison } from '../outcome/comparison.ts'
import type { RunResult } from '../outcome/results.ts'
import { wordsOf } from './comparison.ts'
import { rowsOf, verdictWord } from './scoreboard.ts'

const marks = { held: '✅', broke: '❌', 'not-proven': '❔', error: '💥' } as const

export function summaryOf(runs: readonly RunResult[], comparison?: Comparison): string {
  const held = runs.filter(({ verdict }) => verdict === 'held').length
  return [
    `## firebreak: ${held} of ${runs.length} held`,
    '',
    '| scenario | architecture | verdict | isolation | forced out | recovery |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rowsOf(runs).map(row =>
      [
        '',
        row.scenario,
        row.architecture,
        `${marks[row.verdict]} ${verdictWord(row)}${row.runs > 1 ? ` ×${row.runs}` : ''}`,
        row.isolation?.toFixed(3) ?? '-',
        row.forcedLogoutShare === undefined ? '-' : `${(row.forcedLogoutShare * 100).toFixed(1)} %`,
        row.timeToRecoverMs === undefined
          ? '-'
          : row.timeToRecoverMs === null
            ? 'stuck'
            : `${(row.timeToRecoverMs / 1_000).toFixed(1)} s`,
        '',
      ]
        .join(' | ')
        .trim(),
    ),
    ...reasonsOf(runs),
    ...(comparison === undefined ? [] : changesOf(comparison)),
    '',
  ].join('\n')
}

function reasonsOf(runs: readonly RunResult[]): string[] {
  const open = runs.filter(({ verdict }) => verdict !== 'held')
  if (open.length === 0) return []
  return [
    '',
    '### What did not hold',
    '',
    ...open.flatMap(({ scenario, architecture, reasons }) => [
      `- **${scenario} on ${architecture}**`,
      ...reasons.slice(0, 5).map(reason => `  - ${plain(reason.split('\n')[0] ?? '')}`),
    ]),
  ]
}

function changesOf({ changes, compared }: Comparison): string[] {
  const lines = changes.map(
    change => `- ${change.kind === 'regression' ? '🔻' : '🔺'} ${plain(wordsOf(change))}`,
  )
  return [
    '',
    `### Against the baseline (${compared} compared)`,
    '',
    ...(lines.length > 0 ? lines : ['Nothing changed.']),
  ]
}

/** Markdown is not to make anything else of it. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#]/g, match => `\\${match}`)
}

/** GitHub's commands for annotations, one a line. */
export function annotationsOf(runs: readonly RunResult[], comparison?: Comparison): string[] {
  const ofRuns = runs
    .filter(({ verdict }) => verdict !== 'held')
    .map(({ scenario, architecture, verdict, reasons }) => {
      const level = verdict === 'not-proven' ? 'warning' : 'error'
      return command(level, `${scenario} on ${architecture}: ${verdict}`, reasons.join('\n'), scenario)
    })
  const regressions = (comparison?.changes ?? []).filter(({ kind }) => kind === 'regression')
  return [
    ...ofRuns,
    ...regressions.map(change =>
      command('error', 'worse than the baseline', wordsOf(change), change.scenario),
    ),
  ]
}

function command(level: string, title: string, message: string, scenario: string): string {
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return `::${level} file=scenarios/${property(scenario)}.ts,title=${property(title)}::${data(message)}`
}
