/** Outage reports by people: how many, about which app, saying what, over time. */
import { bucketMs, Counts, horizonMs } from './counts.ts'
import type { Product } from './products.ts'
import type { Report, ReportKind } from './report-input.ts'
import { reportKinds } from './report-input.ts'
import { Reporters, type ReportersOptions } from './reporters.ts'

export interface ReportCurve {
  app: string
  fromMs: number
  stepMs: number
  /** Reports in each step, from `fromMs` on. */
  counts: number[]
  /** Usual number in a step: the median of the quiet past. */
  baseline: number
  peak: { count: number; atMs: number }
  kinds: Record<ReportKind, number>
  regions: Record<string, number>
}

export interface ReportBookOptions extends ReportersOptions {
  products: readonly Product[]
  regions: readonly string[]
  /** Whether nothing was the matter with an app in a span of time: only then is what was reported usual. */
  isQuiet: (app: string, from: number, until: number) => boolean
}

/** How far back what is usual is looked for, and how much of the present does not belong to it. */
const usualMs = { past: 300_000, present: 10_000 }

export class ReportBook {
  readonly #options: ReportBookOptions
  #counts = new Map<string, Counts>()
  #reporters: Reporters
  #startedAt = Date.now()

  constructor(options: ReportBookOptions) {
    this.#options = options
    this.#reporters = new Reporters(options)
  }

  /** Counts a report; false if its reporter has reported this app already within the window. */
  add({ app, kind, region, reporter }: Report): boolean {
    if (!this.#reporters.isFirst(app, reporter)) return false
    const now = Date.now()
    this.#of(app).add(now)
    this.#of(app, kind).add(now)
    if (region !== undefined) this.#of(app, region).add(now)
    return true
  }

  reset(): void {
    this.#counts = new Map()
    this.#reporters = new Reporters(this.#options)
    this.#startedAt = Date.now()
  }

  /** Reports on an app in the last while. */
  recent(app: string, spanMs: number): number {
    const now = Date.now()
    return this.#of(app).between(now - spanMs, now + bucketMs)
  }

  /** How many reports on an app are usual in a span of time: the median over the quiet past, 0 where there is none. */
  usual(app: string, spanMs: number): number {
    const end = Date.now() - usualMs.present
    const counts: number[] = []
    for (let until = end; until - spanMs >= Math.max(this.#startedAt, end - usualMs.past); until -= spanMs) {
      if (this.#options.isQuiet(app, until - spanMs, until))
        counts.push(this.#of(app).between(until - spanMs, until))
    }
    return median(counts)
  }

  /** `stepMs` is a multiple of 250; `fromMs` is taken back to a whole step. */
  curve(
    app: string,
    { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number },
  ): ReportCurve {
    const oldest = Date.now() - horizonMs
    const start = Math.floor(Math.max(fromMs, oldest) / stepMs) * stepMs
    const counts: number[] = []
    for (let at = start; at < toMs; at += stepMs) counts.push(this.#of(app).between(at, at + stepMs))
    const most = Math.max(0, ...counts)
    const end = start + counts.length * stepMs
    const split = <T extends string>(parts: readonly T[]) =>
      Object.fromEntries(parts.map(part => [part, this.#of(app, part).between(start, end)])) as Record<
        T,
        number
      >
    return {
      app,
      fromMs: start,
      stepMs,
      counts,
      baseline: this.usual(app, stepMs),
      peak: { count: most, atMs: start + Math.max(0, counts.indexOf(most)) * stepMs },
      kinds: split(reportKinds),
      regions: split(this.#options.regions),
    }
  }

  /** Apps, kinds and regions are known names only, so that this cannot grow. */
  #of(app: string, part = ''): Counts {
    const key = `${app} ${part}`
    let counts = this.#counts.get(key)
    if (!counts) {
      counts = new Counts()
      this.#counts.set(key, counts)
    }
    return counts
  }
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
