/** The public page: no script, nothing from elsewhere; it asks for itself again every few seconds. */
import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Incident } from './board.ts'
import { chartOf, grouped } from './chart.ts'
import type { Level } from './level.ts'
import { pageStyle } from './page-style.ts'
import type { ProductView, RegionView, StatusView } from './view.ts'
import { clock, durationWords, kindWords, regionNames, surfaceWords } from './words.ts'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`

const refreshS = 5
const stepsPerRow = 5
const incidentsShown = 20

const icons = {
  good: icon('<circle cx="12" cy="12" r="9.5"/><path d="m7.5 12.5 3 3 6-6.5"/>'),
  warn: icon('<path d="M12 3 2 20.5h20L12 3Zm0 6.5v5m0 2.75v.25"/>'),
  bad: icon('<path d="M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8L8 2.5ZM8.5 8.5l7 7m0-7-7 7"/>'),
  none: icon('<circle cx="12" cy="12" r="9.5" stroke-dasharray="3 4"/><path d="M8 12h8"/>'),
}
type Tone = keyof typeof icons

const tones: Record<Level, Tone> = {
  'no known issues': 'good',
  'some disruptions': 'warn',
  'high disruptions': 'bad',
}

const states: Record<RegionView['result'], { tone: Tone; words: string }> = {
  ok: { tone: 'good', words: 'Working' },
  slow: { tone: 'warn', words: 'Slow' },
  error: { tone: 'bad', words: 'Error' },
  timeout: { tone: 'bad', words: 'No answer' },
  unreachable: { tone: 'bad', words: 'Unreachable' },
  unknown: { tone: 'none', words: 'Not checked yet' },
}

export function statusPage(view: StatusView): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refreshS}">
<title>${capital(view.level)} · Service status</title>
<style>${raw(pageStyle)}</style>
</head>
<body>
<div class="wrap">
<header><h1>Service status</h1><p class="quiet">Updated ${time(view.at)} UTC, and every ${refreshS} seconds</p></header>
<main>
${banner(view)}
<h2>Products</h2>
${view.products.map(product => productCard(product, view.at))}
<h2>Incidents</h2>
<div class="card">${
    view.incidents.length === 0
      ? html`<p class="none-yet">Nothing has happened since this page started.</p>`
      : view.incidents.slice(0, incidentsShown).map(incident => incidentEntry(incident, view.at))
  }</div>
</main>
<footer class="quiet">
<p>Each product is checked from outside, in every region, the way a visitor reaches it; reports come from its users.</p>
<p>This page runs by itself: it needs none of the services it reports on. The same as data: <a href="/status.json">status.json</a></p>
</footer>
</div>
</body>
</html>`
}

function banner({ level, products }: StatusView): Html {
  const affected = products.filter(product => product.level !== 'no known issues')
  const text =
    affected.length === 0
      ? 'All products are working as they should.'
      : `${affected.length} of ${products.length} products affected: ${affected.map(({ title }) => title).join(', ')}.`
  const tone = tones[level]
  return html`<section class="banner ${tone}" aria-label="Overall">${icons[tone]}<p><strong>${capital(level)}</strong>${text}</p></section>`
}

function productCard(product: ProductView, now: number): Html {
  const { title, surfaces, level, since, probes } = product
  const tone = tones[level]
  return html`<article class="card product ${tone}" data-app="${product.app}" data-level="${level}">
<div>
<div class="title"><h3>${title}</h3><span class="level">${icons[tone]}${capital(level)}</span></div>
<p class="quiet since">${surfaces.map(surfaceWords).join(', ')} · since ${time(since)} UTC (${durationWords(now - since)})</p>
<ul class="regions" aria-label="${title} by region">${probes.regions.map(regionEntry)}</ul>
</div>
${reportsOf(product)}
</article>`
}

function regionEntry({ region, result, status, latencyMs }: RegionView): Html {
  const { tone, words } = states[result]
  const shown = result === 'error' && status !== undefined ? `${words} ${status}` : words
  const latency =
    (result === 'ok' || result === 'slow') && latencyMs !== undefined ? ` · ${latencyMs} ms` : ''
  return html`<li><b>${regionNames[region] ?? region}</b><span class="state ${tone}">${icons[tone]} ${shown}<span class="number">${latency}</span></span></li>`
}

function reportsOf({ title, reports: { curve } }: ProductView): Html {
  const { counts, stepMs, fromMs, baseline, peak, kinds } = curve
  const total = counts.reduce((sum, count) => sum + count, 0)
  const minutes = Math.round((counts.length * stepMs) / 60_000)
  const stepS = stepMs / 1_000
  const [worst] = Object.entries(kinds).toSorted(([, a], [, b]) => b - a)
  const peakWords =
    total === 0
      ? `Usual: ${baseline} in ${stepS} s`
      : `Peak ${peak.count} in ${stepS} s at ${clock(peak.atMs)} · usual ${baseline}`
  const mostSay =
    worst && total > 0 ? html`<br>${Math.round((100 * worst[1]) / total)} % say: ${kindWords(worst[0])}` : ''
  return html`<div class="reports">
<h4>Reports by users <span class="number">${total} in ${minutes} min</span></h4>
${chartOf(curve)}
<div class="axis number" aria-hidden="true"><span>${clock(fromMs)}</span><span>now</span></div>
<p class="quiet number">${peakWords}${mostSay}</p>
<details><summary>Numbers</summary><table><caption>Reports on ${title}</caption>
<thead><tr><th scope="col">From (UTC)</th><th scope="col">Reports in ${stepS * stepsPerRow} s</th></tr></thead>
<tbody class="number">${grouped(curve, stepsPerRow).map(
    row => html`<tr><td>${clock(row.fromMs)}</td><td>${row.count}</td></tr>`,
  )}</tbody></table></details>
</div>`
}

function incidentEntry({ title, from, until, worst, changes }: Incident, now: number): Html {
  const tone = tones[worst]
  const lasting =
    until === undefined ? `lasting for ${durationWords(now - from)}` : `lasted ${durationWords(until - from)}`
  return html`<article class="incident">
<div class="title"><h3>${title}</h3><span class="level ${tone}">${icons[tone]}${capital(worst)}</span><span class="quiet">${
    until === undefined ? 'Going on' : 'Over'
  } · ${lasting}</span></div>
<ol>${changes.map(
    ({ at, level, reasons }) =>
      html`<li>${time(at)} ${capital(level)}${reasons.length > 0 ? html`<span class="quiet">: ${reasons.join('; ')}</span>` : ''}</li>`,
  )}</ol>
</article>`
}

function icon(shape: string): HtmlEscapedString {
  return raw(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${shape}</svg>`)
}

function time(at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${clock(at)}</time>`
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
