/** All that is public: the body of /status.json, and what the page is made from. Times in ms since the epoch. */
import type { Incident } from './board.ts'
import type { Level } from './level.ts'
import type { ProbeResult } from './probe.ts'
import type { ProbeSummary } from './prober.ts'
import type { ReportCurve } from './report-book.ts'

export interface RegionView {
  region: string
  /** `unknown` before the first look. */
  result: ProbeResult | 'unknown'
  status?: number
  latencyMs?: number
  at?: number
}

export interface ProductView {
  app: string
  title: string
  surfaces: readonly string[]
  level: Level
  since: number
  probes: ProbeSummary & { regions: RegionView[] }
  reports: { recent: number; usual: number; recentMs: number; curve: ReportCurve }
}

export interface StatusView {
  at: number
  /** The worst of all products'. */
  level: Level
  products: ProductView[]
  /** Newest first. */
  incidents: readonly Incident[]
}
