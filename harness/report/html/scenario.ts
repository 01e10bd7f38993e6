/** One scenario: its story, and all architectures side by side on the same seconds. */

import { accountWords } from '../../incident.ts'
import { type RunResult, seenBy } from '../../outcome/results.ts'
import { needsInWords } from '../explain.ts'
import { type Html, html, percent, slugOf, verdictMarks, verdictWords } from './markup.ts'
import type { Pictures } from './pictures.ts'
import { lookOf } from './run.ts'
import { recoveryWords } from './scoreboard.ts'

export interface ScenarioPage {
  name: string
  runs: readonly { run: RunResult; index: number }[]
  pictures: Pictures
}

export function scenarioPage({ name, runs, pictures }: ScenarioPage): Html {
  const about = runs.find(({ run }) => run.about)?.run.about
  const held = needsInWords(about?.needs ?? [], about?.needsOneOf)
  return html`<article>
    <header>
      <p class="crumbs"><a href="#">All runs</a> › ${name}</p>
      <h2 tabindex="-1">${about?.title ?? name}</h2>
      ${about?.story === undefined ? '' : html`<p class="story">${about.story}</p>`}
      ${about?.source === undefined ? '' : html`<p class="quiet">Replays: ${accountWords(about)}</p>`}
      ${
        about === undefined
          ? ''
          : html`<p>
              Allowed to be harmed: ${scopeWords(about.scope)}. ${
                held.length === 0 ? 'No mitigation here holds it.' : `What holds it: ${held.join(', ')}.`
              }
            </p>`
      }
    </header>
    <div class="versus" style="--columns: ${runs.length}">
      ${runs.map(({ run, index }) => columnOf(run, index, pictures))}
    </div>
  </article>`
}

function columnOf(run: RunResult, index: number, pictures: Pictures): Html {
  const { architecture, verdict, outcome } = run
  return html`<section data-run="${index}">
    <h3><a href="#${slugOf(run)}">${architecture}</a> <span class="verdict" data-verdict="${verdict}">${verdictMarks[verdict]} ${verdictWords[verdict]}</span></h3>
    ${
      outcome === undefined
        ? html`<p>Nothing was measured: ${run.reasons[0] ?? ''}</p>`
        : html`<p>
            isolation <b>${outcome.isolation.toFixed(2)}</b> · <b>${percent(outcome.forcedLogouts.share)}</b> of sessions forced out ·
            ${recoveryWords(outcome)}
          </p>`
    }
    ${
      run.series === undefined
        ? ''
        : html`${chart('goodput web', 'Served, web')} ${chart('sessions', 'Signed in')} ${chart('refusals', 'Refused and thrown out, per second')}`
    }
    ${duringOf(run, pictures)}
    <p><a href="#${slugOf(run)}">Everything about this run</a></p>
  </section>`
}

function chart(key: string, title: string): Html {
  return html`<figure>
    <figcaption><b>${title}</b></figcaption>
    <div class="chart" data-chart="${key}" role="img" aria-label="${title}. The numbers are in the table below."></div>
    <details data-table="${key}"><summary>Numbers</summary></details>
  </figure>`
}

/** What feed looked like while the fault was on, architecture beside architecture. */
function duringOf(run: RunResult, pictures: Pictures): Html {
  const seen = seenBy(run.witness)
  if (!seen) return html``
  const looks = seen.observations.filter(({ app, moment }) => app === 'feed' && moment === 'during')
  return html`<div class="during"><span class="quiet">feed, while the fault is on</span>${lookOf(looks, run, pictures)}</div>`
}

function scopeWords(scope: NonNullable<RunResult['about']>['scope']): string {
  if (scope.length === 0) return 'nobody'
  const words = scope.map(selector => {
    const parts = Object.values(selector).map(value => [value].flat().join(' and '))
    return parts.length === 0 ? 'everybody' : parts.join(', ')
  })
  return words.join('; ')
}
