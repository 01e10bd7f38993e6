/** All runs at a glance: a row for each scenario, a column for each architecture, a colour for how bad it was. */
import type { RunResult } from '../../outcome/results.ts'
import { type Html, html, percent, seconds, slugOf, stepOf, verdictMarks, verdictWords } from './markup.ts'

export function scoreboardOf(runs: readonly RunResult[]): Html {
  const architectures = [...new Set(runs.map(({ architecture }) => architecture))]
  // One that ended too early does not say what it was about; others of the same scenario do.
  const causes = new Map(
    runs.flatMap(({ scenario, about }) => (about ? [[scenario, about.cause] as const] : [])),
  )
  const byCause = Map.groupBy(runs, ({ scenario }) => causes.get(scenario) ?? 'unknown')
  return html`<table class="board">
    <caption class="quiet">
      Each cell: the verdict on the prediction; isolation; sessions forced out; time to recover. The darker, the more of what was
      to be spared was harmed.
    </caption>
    <thead>
      <tr>
        <th scope="col">Scenario</th>
        ${architectures.map(name => html`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    ${[...byCause].map(
      ([cause, own]) => html`<tbody>
        ${
          byCause.size > 1
            ? html`<tr class="cause">
                <th colspan="${architectures.length + 1}" scope="rowgroup">${cause === 'none' ? 'nothing is broken' : cause}</th>
              </tr>`
            : ''
        }
        ${[...Map.groupBy(own, ({ scenario }) => scenario)].map(([name, same]) => rowOf(name, same, architectures))}
      </tbody>`,
    )}
  </table>`
}

function rowOf(name: string, runs: readonly RunResult[], architectures: readonly string[]): Html {
  return html`<tr>
    <th scope="row">
      <a href="#${name}">${name}</a>
      <span class="quiet">${runs.find(({ about }) => about)?.about?.title ?? ''}</span>
    </th>
    ${architectures.map(architecture => cellOf(runs.filter(run => run.architecture === architecture)))}
  </tr>`
}

const severity = ['held', 'not-proven', 'broke', 'error'] as const

/** Of several runs of the same, the worst. */
function cellOf(runs: readonly RunResult[]): Html {
  const worst = runs.toSorted((a, b) => severity.indexOf(b.verdict) - severity.indexOf(a.verdict))[0]
  if (!worst) return html`<td class="none"><span class="quiet">not run</span></td>`
  const { verdict, outcome } = worst
  const heat = outcome === undefined ? 'unknown' : stepOf(1 - outcome.isolation)
  const times = runs.length > 1 ? ` ×${runs.length}` : ''
  return html`<td class="heat" data-heat="${heat}" data-verdict="${verdict}" data-name="${worst.architecture}">
    <a href="#${slugOf(worst)}">
      <b>${verdictMarks[verdict]} ${worst.notRunnable === undefined ? verdictWords[verdict] : 'not runnable'}${times}</b>
      ${
        outcome === undefined
          ? ''
          : html`<span class="big">${outcome.isolation.toFixed(2)}</span>
              <span>${percent(outcome.forcedLogouts.share)} out</span>
              <span>${recoveryWords(outcome)}</span>`
      }
    </a>
  </td>`
}

export function recoveryWords({
  timeToRecoverMs,
  metastable,
}: Pick<NonNullable<RunResult['outcome']>, 'timeToRecoverMs' | 'metastable'>): string {
  if (metastable) return 'does not come back'
  if (timeToRecoverMs === null) return 'recovery unknown'
  return timeToRecoverMs === 0 ? 'nothing to recover' : `back in ${seconds(timeToRecoverMs)}`
}
