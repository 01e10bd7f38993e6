/** One run, in full. The charts are drawn by the page's script from the same numbers as the tables behind them. */
import { numbersOf } from '../../fidelity.ts'
import { accountWords } from '../../incident.ts'
import { type Look, type RunResult, seenBy } from '../../outcome/results.ts'
import { replayCommand } from '../replay.ts'
import { type Html, html, percent, verdictMarks, verdictWords, wide } from './markup.ts'
import { matrixOf } from './matrix.ts'
import type { Pictures } from './pictures.ts'
import { recoveryWords } from './scoreboard.ts'
import { topologyMap } from './topology.ts'

export interface RunPage {
  run: RunResult
  /** Its place in the page's data. */
  index: number
  runtime: string
  seed: number
  pictures: Pictures
}

export function runPage(page: RunPage): Html {
  const { run, index } = page
  return html`<article data-run="${index}">
    <header>
      <p class="crumbs"><a href="#">All runs</a> › <a href="#${run.scenario}">${run.scenario}</a> › ${run.architecture}</p>
      <h2 tabindex="-1">${run.about?.title ?? run.scenario} <span class="tag">${run.architecture}</span></h2>
    </header>
    ${summaryOf(run)} ${verdictOf(run)} ${chartsOf(run)}
    ${section('Who was harmed', wide('Who was harmed, by app and activity', matrixOf(run)))}
    ${section('What was broken', html`${wide('The services and their links', topologyMap(run))}${evidenceOf(run)}`)}
    ${lostSessions(run)} ${sights(page)} ${diagnosisOf(run)} ${cardOf(run)} ${replayOf(page)}
  </article>`
}

function section(title: string, body: Html): Html {
  return html`<section>
    <h3>${title}</h3>
    ${body}
  </section>`
}

/** The run in four numbers. */
function summaryOf({ outcome, mitigations }: RunResult): Html {
  if (outcome === undefined) return html`<p>Nothing was measured.</p>`
  const { isolation, forcedLogouts, refusedSignIns, falseAccepts } = outcome
  const numbers = [
    ['isolation', isolation.toFixed(3), '1 when nobody outside the scope was harmed'],
    [
      'sessions forced out',
      percent(forcedLogouts.share),
      `${forcedLogouts.count} valid sessions were cleared`,
    ],
    [
      'sign-ins refused',
      percent(refusedSignIns?.share ?? 0),
      `${refusedSignIns?.told['wrong-password'] ?? 0} people were told that a correct password is wrong`,
    ],
    ['recovery', recoveryWords(outcome), 'from the undo until everything is back and stays'],
    ['false accepts', String(falseAccepts), 'revoked or expired sessions that were served: must be 0'],
  ]
  return html`<dl class="numbers">
      ${numbers.map(
        ([name, value, meaning]) => html`<div>
          <dt>${name}</dt>
          <dd><b>${value}</b><span class="quiet">${meaning}</span></dd>
        </div>`,
      )}
    </dl>
    ${
      mitigations === undefined
        ? ''
        : html`<p class="quiet">
            ${mitigations.length === 0 ? 'This architecture has no mitigation at all.' : `Mitigations: ${mitigations.join(' · ')}.`}
          </p>`
    }`
}

function verdictOf({ verdict, reasons, dirtyRecovery = [] }: RunResult): Html {
  const meaning = {
    held: 'What the scenario predicts for this architecture came true. It says nothing of how bad it was.',
    broke: 'What the scenario predicts for this architecture did not come true:',
    'not-proven': 'Nothing can be said:',
    error: 'The harness itself failed:',
  }[verdict]
  const said = [...reasons, ...dirtyRecovery]
  return html`<p class="verdict" data-verdict="${verdict}"><b>${verdictMarks[verdict]} ${verdictWords[verdict]}.</b> ${meaning}</p>
    ${listOf(said.slice(0, reasonsShown))}
    ${
      said.length <= reasonsShown
        ? ''
        : html`<details><summary>and ${said.length - reasonsShown} more</summary>${listOf(said.slice(reasonsShown))}</details>`
    }`
}

const reasonsShown = 6

function listOf(reasons: readonly string[]): Html {
  if (reasons.length === 0) return html``
  return html`<ul class="reasons">${reasons.map(reason => html`<li><pre>${reason}</pre></li>`)}</ul>`
}

/** `data-chart` is what the script draws there. */
function chartsOf({ series, outcome }: RunResult): Html {
  if (series === undefined || outcome === undefined) return html``
  const surfaces = [...new Set(series.groups.map(({ surface }) => surface))].toSorted().toReversed()
  const charts = [
    ...surfaces.map(surface => [
      `goodput ${surface}`,
      `Served, ${surface}`,
      'share of what people set out to do',
    ]),
    ['sessions', 'Signed in', 'sessions held, family only'],
    ['refusals', 'Refused and thrown out', 'per second'],
    ['latency', 'Latency', 'ms, of everything that got an answer'],
    ...(series.authRequests === undefined
      ? []
      : [['load', 'Load at auth', `requests per second${amplificationWords(outcome.amplification)}`]]),
    ['reports', 'Outage reports', 'per second, by people; below them what the status page said'],
  ]
  return html`<section class="charts">
    <h3>Second by second</h3>
    <p class="quiet">Shaded: while a fault was on. Before it is the steady state, which everything is measured against.</p>
    <div class="grid">
      ${charts.map(
        ([key, title, unit]) => html`<figure>
          <figcaption><b>${title}</b> <span class="quiet">${unit}</span></figcaption>
          <div class="chart" data-chart="${key}" role="img" aria-label="${title}, ${unit}. The numbers are in the table below."></div>
          <details data-table="${key}">
            <summary>Numbers</summary>
          </details>
        </figure>`,
      )}
    </div>
  </section>`
}

function amplificationWords(amplification: number | null): string {
  return amplification === null
    ? ''
    : `; ${amplification.toFixed(2)} for each thing that somebody set out to do`
}

function evidenceOf({ evidence, faults = [] }: RunResult): Html {
  if (evidence.length === 0 && faults.length === 0) return html`<p>Nothing.</p>`
  const times = faults.map(
    ({ fault, target, from, until }) =>
      html`<li><b>${fault}</b> at ${target}, from ${(from / 1_000).toFixed(1)} s to ${(until / 1_000).toFixed(1)} s</li>`,
  )
  return html`<ul>${times}</ul>
    <details ${evidence.length <= 4 ? 'open' : ''}>
      <summary>Evidence that it took effect: ${evidence.length}</summary>
      ${wide('Evidence', evidenceTable(evidence))}
    </details>`
}

function evidenceTable(evidence: RunResult['evidence']): Html {
  return html`<table>
    <thead><tr><th scope="col">Fault</th><th scope="col">Who says so</th><th scope="col">What was observed</th></tr></thead>
    <tbody>
      ${evidence.map(({ fault, target, witness, observed }) => html`<tr><td>${fault} at ${target}</td><td>${witness}</td><td>${observed}</td></tr>`)}
    </tbody>
  </table>`
}

const flowsShown = 12

/** Fault, call, answer, decision, cleared: how sessions were lost, the most frequent way first. */
function lostSessions({ outcome }: RunResult): Html {
  const ways = outcome?.attribution ?? []
  if (ways.length === 0) return html``
  const steps = (way: (typeof ways)[number]) => [
    way.faults.join(', ') || 'no fault was on any more, or yet',
    way.hop ?? 'nobody was asked',
    way.answer === null ? 'no answer' : `answer: ${way.answer}`,
    way.decision === null ? 'no reason given' : `taken for: ${way.decision}`,
    `${way.sessions} ${way.sessions === 1 ? 'session' : 'sessions'} cleared`,
  ]
  const avoidable = ways.reduce((sum, way) => sum + way.avoidable, 0)
  return section(
    'How sessions were lost',
    html`<p>
        ${avoidable} of ${ways.reduce((sum, way) => sum + way.sessions, 0)} were valid all the time, by auth’s own store.
      </p>
      <ol class="flows">
        ${ways.slice(0, flowsShown).map(
          way => html`<li>
            <span class="who">${way.app} ${way.surface}</span>
            ${steps(way).map(step => html`<span class="step">${step}</span>`)}
            ${way.auth === null ? '' : html`<span class="quiet">auth wrote: ${way.auth}</span>`}
          </li>`,
        )}
      </ol>
      ${ways.length > flowsShown ? html`<p class="quiet">and ${ways.length - flowsShown} rarer ways, in the results file</p>` : ''}`,
  )
}

const moments = ['before', 'during', 'after'] as const

/** What a real browser saw: a row for each app, a column for each moment. */
function sights({ run, pictures }: RunPage): Html {
  const { witness } = run
  if (witness === undefined) return html``
  const seen = seenBy(witness)
  if (!seen)
    return section(
      'What a browser saw',
      html`<p class="quiet">Nobody looked: ${String(witness.missing)}.</p>`,
    )
  const looks = Map.groupBy(seen.observations, ({ app }) => app)
  return section(
    'What a browser saw',
    wide(
      'What a browser saw, by app',
      html`<table class="sights">
      <thead>
        <tr><th scope="col">App</th>${moments.map(moment => html`<th scope="col">${moment}</th>`)}</tr>
      </thead>
      <tbody>
        ${[...looks].map(
          ([app, own]) => html`<tr>
            <th scope="row">${app}</th>
            ${moments.map(
              moment =>
                html`<td>${lookOf(
                  own.filter(each => each.moment === moment),
                  run,
                  pictures,
                )}</td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>`,
    ),
  )
}

/** The last step says most: who is signed out has tried to sign in by then. */
export function lookOf(looks: readonly Look[], run: RunResult, pictures: Pictures): Html {
  const last = looks.at(-1)
  if (!last) return html`<span class="quiet">not looked</span>`
  const key = pictures.keyOf(run, last.screenshot)
  const words = `${last.app} ${last.moment}: ${last.sees}${last.told === undefined ? '' : `: ${last.told}`}`
  return html`${key === undefined ? '' : html`<img data-picture="${key}" alt="${words}" loading="lazy" />`}
    <span>${last.sees}</span>${last.told === undefined ? '' : html` <q>${last.told}</q>`}`
}

function diagnosisOf({ diagnosis }: RunResult): Html {
  if (diagnosis === undefined) return html``
  const { overall, score } = diagnosis
  const expected = score.expected.join(' or ')
  const right = score.right === null ? 'not scored' : score.right ? 'right' : `wrong, it was ${expected}`
  return section(
    'What it looked like from outside',
    html`<p><b>${overall.diagnosis}</b> (${right}). ${overall.evidence}.</p>`,
  )
}

function cardOf({ fidelity = [], replays, about }: RunResult): Html {
  if (fidelity.length === 0) return html``
  return section(
    'Likeness to what it replays',
    html`<p>${accountWords({ ...about, source: about?.source ?? replays })}</p>
      <ul class="card">
        ${fidelity.map(
          finding => html`<li>
            <b>${finding.reproduced ? '✓' : '✗'}</b> ${finding.fact}
            <span class="quiet">${numbersOf(finding)}</span>
          </li>`,
        )}
      </ul>`,
  )
}

function replayOf({ run, runtime, seed }: RunPage): Html {
  const command = replayCommand({
    names: [run.scenario],
    architectures: [run.architecture],
    runtime,
    seed,
  })
  return section('Run it again', html`<pre class="command" tabindex="0">${command}</pre>`)
}
