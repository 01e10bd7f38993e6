/** The curve of reports as a small drawing. Its numbers stand beside it in words and in a table. */
import { raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { ReportCurve } from './report-book.ts'

const width = 320
const height = 64
const padding = 3
/** So that one report alone does not fill the picture. */
const scaleMin = 5

/** Only numbers get into it. */
export function chartOf({ counts, baseline }: Pick<ReportCurve, 'counts' | 'baseline'>): HtmlEscapedString {
  const most = Math.max(scaleMin, baseline, ...counts)
  const x = (index: number) => round((index / Math.max(1, counts.length - 1)) * width)
  const y = (count: number) => round(height - padding - (count / most) * (height - 2 * padding))
  const line = counts.map((count, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(count)}`).join('')
  const area = counts.length === 0 ? '' : `${line}L${width} ${height}L0 ${height}Z`
  return raw(`<svg class="chart" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
<path class="grid" d="M0 ${y(0)}H${width}M0 ${y(most / 2)}H${width}M0 ${y(most)}H${width}"/>
<path class="area" d="${area}"/><path class="line" d="${line}"/>
<path class="usual" d="M0 ${y(baseline)}H${width}"/></svg>`)
}

/** Sums of so many steps each, for a table that can be read. The last group may be shorter. */
export function grouped(
  { counts, fromMs, stepMs }: Pick<ReportCurve, 'counts' | 'fromMs' | 'stepMs'>,
  stepsPerGroup: number,
): { fromMs: number; count: number }[] {
  const groups = []
  for (let start = 0; start < counts.length; start += stepsPerGroup) {
    const count = counts.slice(start, start + stepsPerGroup).reduce((sum, each) => sum + each, 0)
    groups.push({ fromMs: fromMs + start * stepMs, count })
  }
  return groups
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
