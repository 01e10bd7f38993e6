/** How often the observer from outside was right, and what was taken for what. */
import type { RunResult } from '../outcome/results.ts'
import type { Style } from './style.ts'

type Scored = RunResult & { diagnosis: NonNullable<RunResult['diagnosis']> }

/** With fewer runs, the list of those that were wrong says it all. */
const tableRunsMin = 10

/** Over all runs that can be scored; nothing where none can. */
export function renderDiagnosis(runs: readonly RunResult[], style: Style): string[] {
  const scored = runs.filter((run): run is Scored => (run.diagnosis?.score.right ?? null) !== null)
  if (scored.length === 0) return []
  const wrong = scored.filter(({ diagnosis }) => !diagnosis.score.right)
  const right = scored.length - wrong.length
  return [
    style.dim(`  diagnosis from outside: right in ${right} of ${scored.length}.`),
    ...(scored.length < tableRunsMin ? [] : confusionTable(scored).map(line => style.dim(`    ${line}`))),
    ...wrong.map(({ scenario, architecture, diagnosis: { overall, score } }) =>
      style.dim(
        `    ${scenario} on ${architecture}: "${overall.diagnosis}", not ${score.expected.join(' or ')}`,
      ),
    ),
  ]
}

/** A row for all that would have been right, a column for what it came to. */
function confusionTable(scored: readonly Scored[]): string[] {
  const expectedOf = ({ diagnosis }: Scored) => diagnosis.score.expected.join(' or ')
  const got = [...new Set(scored.map(({ diagnosis }) => diagnosis.overall.diagnosis))].toSorted()
  const rows = [...Map.groupBy(scored, expectedOf)].toSorted(([one], [other]) => one.localeCompare(other))
  const title = 'would be right'
  const width = Math.max(title.length, ...rows.map(([expected]) => expected.length)) + 2
  const cell = (text: string | number, index: number) => String(text).padStart((got[index] ?? '').length + 2)
  return [
    title.padEnd(width) + got.map(cell).join(''),
    ...rows.map(([expected, runs]) => {
      const counts = got.map(each => runs.filter(run => run.diagnosis.overall.diagnosis === each).length)
      return expected.padEnd(width) + counts.map((count, index) => cell(count || '.', index)).join('')
    }),
  ]
}
