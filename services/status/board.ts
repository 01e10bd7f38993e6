/** Where each product stands, and what happened to it: every change is kept, with its time and its reasons. */
import {
  type Assessment,
  assess,
  type Level,
  levels,
  type Signs,
  type Standing,
  settle,
  worse,
} from './level.ts'
import type { Product } from './products.ts'

export interface Incident {
  app: string
  title: string
  /** ms since the epoch. */
  from: number
  /** Absent while it lasts. */
  until?: number
  worst: Level
  changes: { at: number; level: Level; reasons: string[] }[]
}

export interface BoardOptions {
  products: readonly Product[]
  /** How long the signs must be better before a level falls, ms. */
  quietMs: number
}

const calm = levels[0]
const incidentsMax = 200

export class Board {
  readonly #options: BoardOptions
  #standings = new Map<string, Standing>()
  /** Newest last. */
  #incidents: Incident[] = []

  constructor(options: BoardOptions) {
    this.#options = options
    this.reset()
  }

  reset(): void {
    const since = Date.now()
    this.#standings = new Map(
      this.#options.products.map(({ app }) => [app, { level: calm, since, lastSeen: {} }]),
    )
    this.#incidents = []
  }

  standing(app: string): Standing {
    return this.#standings.get(app) ?? { level: calm, since: 0, lastSeen: {} }
  }

  /** Newest first. */
  incidents(): readonly Incident[] {
    return this.#incidents.toReversed()
  }

  /** Takes new signs into account; returns the level if it has changed. */
  consider({ app, title }: Product, signs: Signs): Level | undefined {
    const now = Date.now()
    const assessment = assess(signs)
    const before = this.standing(app)
    const after = settle(before, assessment.level, now, this.#options.quietMs)
    this.#standings.set(app, after)
    if (after.level === before.level) return undefined
    this.#keep({ app, title }, after.level, assessment, now)
    return after.level
  }

  /** Whether a product had no incident in a span of time. */
  isQuiet(app: string, from: number, until: number): boolean {
    return !this.#incidents.some(
      incident => incident.app === app && incident.from < until && (incident.until ?? Infinity) > from,
    )
  }

  #keep(
    { app, title }: Pick<Product, 'app' | 'title'>,
    level: Level,
    { reasons }: Assessment,
    at: number,
  ): void {
    let incident = this.#incidents.findLast(each => each.app === app && each.until === undefined)
    if (!incident) {
      incident = { app, title, from: at, worst: level, changes: [] }
      this.#incidents = [...this.#incidents, incident].slice(-incidentsMax)
    }
    incident.changes.push({ at, level, reasons })
    incident.worst = worse(incident.worst, level)
    if (level === calm) incident.until = at
  }
}
