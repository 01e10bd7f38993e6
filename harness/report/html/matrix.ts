/** Who was harmed, segment by segment: what was allowed to be, and what was not. */
import type { RunResult, SegmentResult } from '../../outcome/results.ts'
import { type Html, html, percent, stepOf } from './markup.ts'

const activityWords = {
  browse: 'go on with a session',
  'api-call': 'call the API',
  refresh: 'renew tokens',
  'sign-in': 'sign in',
} as const

export function matrixOf({ outcome }: RunResult): Html {
  if (outcome === undefined) return html``
  const { segments } = outcome
  const activities = (['browse', 'api-call', 'refresh', 'sign-in'] as const).filter(activity =>
    segments.some(each => each.activity === activity),
  )
  const rows = [...Map.groupBy(segments, ({ app, surface, region }) => [app, surface, region].join(' '))]
  const apart = segments.some(({ region }) => region !== 'all')
  return html`<table class="matrix">
    <caption class="quiet">
      Harm: the share of the usual service that was missing while the fault was on. ▫ may be harmed, by the scenario's scope.
    </caption>
    <thead>
      <tr>
        <th scope="col">App</th>
        ${activities.map(activity => html`<th scope="col">${activityWords[activity]}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([, own]) => html`<tr>
          <th scope="row">${own[0]?.app} <span class="quiet">${own[0]?.surface}${apart ? ` ${own[0]?.region}` : ''}</span></th>
          ${activities.map(activity => cellOf(own.find(each => each.activity === activity)))}
        </tr>`,
      )}
    </tbody>
  </table>`
}

function cellOf(segment: SegmentResult | undefined): Html {
  if (!segment) return html`<td></td>`
  const { harm, steadyGoodput, faultGoodput, inScope, p99Ms } = segment
  const mark = inScope ? '▫ ' : ''
  if (harm === null) return html`<td class="quiet">${mark}not measured</td>`
  const detail = `goodput ${percent(steadyGoodput ?? 0)} before, ${percent(faultGoodput ?? 0)} during${p99Ms === null ? '' : `, p99 ${Math.round(p99Ms)} ms`}`
  return html`<td class="heat" data-heat="${stepOf(harm)}" title="${detail}">${mark}${percent(harm)}</td>`
}
