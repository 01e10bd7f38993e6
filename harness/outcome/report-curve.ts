import type { History } from './history.ts'
import type { OutcomeData } from './measures.ts'

/** Outage reports for each app that had any: how many in each second of the timeline. Sorted by app. */
export function reportCurveOf({ reports = [], end }: History): OutcomeData['reportCurve'] {
  const seconds = Math.ceil(end / 1_000)
  const curves = new Map<string, number[]>()
  for (const { app, at } of reports) {
    if (at < 0 || at >= end) continue
    const curve = curves.get(app) ?? Array.from({ length: seconds }, () => 0)
    const second = Math.floor(at / 1_000)
    curve[second] = (curve[second] ?? 0) + 1
    curves.set(app, curve)
  }
  return [...curves].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([app, perSecond]) => ({ app, perSecond }))
}
