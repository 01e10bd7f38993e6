/** What each mitigation is good for: scenarios against the mitigation that was taken away. */
import type { SensitivityCell } from '../../outcome/sensitivity.ts'
import type { Sensitivity } from '../../outcome/sensitivity-file.ts'
import { columnsOf } from '../sensitivity-table.ts'
import { type Html, html, stepOf, verdictMarks, verdictWords, wide } from './markup.ts'

export function sensitivitySection({ cells, seed, needs, deadWeight, unnamed, unproven }: Sensitivity): Html {
  const confirmed = needs.filter(each => each.confirmed).length
  const open = needs.filter(each => !each.confirmed && each.tried)
  const untried = needs.filter(each => !each.tried)
  const together = cells.filter(({ removed, verdict }) => removed?.includes('+') && verdict === 'broke')
  return html`<section aria-labelledby="sensitivity">
    <h2 id="sensitivity">What each mitigation holds</h2>
    <p>
      ${cells.length} runs in simulation, seed ${seed}: each scenario on an architecture as it is, and with one of its
      mitigations taken away. Of the needs that scenarios name ${confirmed} of ${needs.length} are
      confirmed.
    </p>
    ${[...Map.groupBy(cells, ({ architecture }) => architecture)].map(([name, own]) => wide(`${name}, without each mitigation`, matrixOf(name, own)))}
    <ul>
      ${open.map(({ scenario, mitigation }) => html`<li>Not confirmed: ${scenario} says that it needs ${mitigation}, and does not break without it.</li>`)}
      ${untried.map(({ scenario, mitigation }) => html`<li>Not tried: ${scenario} says that it needs ${mitigation}, and cannot be simulated.</li>`)}
      ${together.map(({ scenario, architecture, removed, isolation }) => html`<li>${scenario} breaks on ${architecture} without ${(removed ?? '').replaceAll('+', ' and ')} together (isolation ${(isolation ?? 0).toFixed(2)}).</li>`)}
      ${deadWeight.map(({ scenario, architecture, verdict }) => html`<li>Shows nothing: ${scenario} is ${verdictWords[verdict]} on ${architecture} with nothing taken away.</li>`)}
      ${unnamed.map(({ scenario, mitigation, brokeOn }) => html`<li>Not named among its needs: ${scenario} breaks on ${brokeOn.join(' and ')} without ${mitigation}.</li>`)}
      ${unproven.length === 0 ? '' : html`<li>Unproven, since no scenario here breaks without them: ${unproven.join(', ')}.</li>`}
    </ul>
  </section>`
}

function matrixOf(architecture: string, cells: readonly SensitivityCell[]): Html {
  const removed = columnsOf(cells)
  return html`<table class="matrix without">
    <caption>
      <b>${architecture}</b>
      <span class="quiet">without … A number is the isolation of a run that broke; a dot is one that held.</span>
    </caption>
    <thead>
      <tr>
        <th scope="col">Scenario</th>
        ${removed.map(name => html`<th scope="col"><span>${name ?? 'nothing'}</span></th>`)}
      </tr>
    </thead>
    <tbody>
      ${[...Map.groupBy(cells, ({ scenario }) => scenario)].map(
        ([scenario, own]) => html`<tr>
          <th scope="row">${scenario}</th>
          ${removed.map(name => cellOf(own.find(cell => cell.removed === name)))}
        </tr>`,
      )}
    </tbody>
  </table>`
}

function cellOf(cell: SensitivityCell | undefined): Html {
  if (!cell) return html`<td></td>`
  const { verdict, isolation, forcedLogouts, reasons } = cell
  if (verdict === 'held')
    return html`<td><span class="quiet" aria-hidden="true">·</span><span class="unseen">held</span></td>`
  const heat = isolation === null ? 'unknown' : stepOf(1 - isolation)
  const shown = verdict === 'broke' && isolation !== null ? isolation.toFixed(2) : verdictMarks[verdict]
  const what =
    isolation === null
      ? (reasons[0] ?? '')
      : `sessions forced out: ${forcedLogouts ?? 0}, isolation ${isolation.toFixed(3)}`
  return html`<td class="heat" data-heat="${heat}" title="${verdictWords[verdict]}: ${what}">${shown}<span class="unseen"> ${verdictWords[verdict]}</span></td>`
}
