/**
 * Looks at every app through every region's edge, one look after the other at an even pace, so that it costs little:
 * neighbouring looks differ in app and in region, and each app is seen in all regions in turn.
 */
import { type Probe, type ProbeLimits, probe } from './probe.ts'
import type { Product } from './products.ts'

export interface ProberOptions extends ProbeLimits {
  products: readonly Product[]
  /** Region -> base address of its edge. */
  edges: Readonly<Record<string, string>>
  fetch: typeof fetch
  /** Looks in a second, over all. */
  perSecond: number
  /** Looks under way at a time. One that would be more is left out. */
  underWayMax: number
  /** A door that has never answered may still be opening: for this long its failures do not count. */
  settleMs: number
}

export interface ProbeSummary {
  bad: number
  slow: number
  total: number
}

interface Target {
  product: Product
  region: string
  edge: string
}

/** Looks that count for a level: the last two of each region, and none from long ago. */
const looksPerRegion = 2
const looksAgeMsMax = 10_000

export class Prober {
  readonly #options: ProberOptions
  readonly #targets: readonly Target[]
  #recent = new Map<string, { probe: Probe; counts: boolean }[]>()
  #latest = new Map<string, Probe>()
  readonly #answered = new Set<string>()
  readonly #underWay = new Set<Target>()
  #startedAt = Date.now()
  #next = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: ProberOptions) {
    this.#options = options
    this.#targets = targetsOf(options.products, options.edges)
  }

  start(): void {
    this.#startedAt = Date.now()
    this.#schedule()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  reset(): void {
    this.#recent = new Map()
    this.#latest = new Map()
  }

  /** The latest look in a region, if there was one. */
  latest(app: string, region: string): Probe | undefined {
    return this.#latest.get(`${app} ${region}`)
  }

  /** Of the last looks at an app over all regions, how many were bad, and how many slow. */
  summary(app: string): ProbeSummary {
    const since = Date.now() - looksAgeMsMax
    const looks = (this.#recent.get(app) ?? []).filter(({ probe, counts }) => counts && probe.at >= since)
    const slow = looks.filter(({ probe }) => probe.result === 'slow').length
    const ok = looks.filter(({ probe }) => probe.result === 'ok').length
    return { bad: looks.length - ok - slow, slow, total: looks.length }
  }

  #schedule(): void {
    if (this.#targets.length === 0) return
    // Jitter: not in step with anything else that happens every second.
    const pauseMs = (1_000 / this.#options.perSecond) * (0.8 + 0.4 * Math.random())
    this.#timer = setTimeout(() => {
      this.#look()
      this.#schedule()
    }, pauseMs)
  }

  #look(): void {
    const target = this.#targets[this.#next++ % this.#targets.length]
    if (!target || this.#underWay.has(target) || this.#underWay.size >= this.#options.underWayMax) return
    this.#underWay.add(target)
    void probe(target.product, target, this.#options, this.#options.fetch).then(seen => {
      this.#underWay.delete(target)
      this.#note(target, seen)
    })
  }

  #note({ product: { app }, region }: Target, probe: Probe): void {
    const key = `${app} ${region}`
    if (probe.result === 'ok' || probe.result === 'slow') this.#answered.add(key)
    const counts = this.#answered.has(key) || probe.at - this.#startedAt >= this.#options.settleMs
    this.#latest.set(key, probe)
    const looks = this.#recent.get(app) ?? []
    looks.push({ probe, counts })
    const most = looksPerRegion * Object.keys(this.#options.edges).length
    this.#recent.set(app, looks.slice(-most))
  }
}

/** Every product in every region, once. */
export function targetsOf(products: readonly Product[], edges: Readonly<Record<string, string>>): Target[] {
  const doors = Object.entries(edges)
  return doors.flatMap((_, round) =>
    products.flatMap((product, index) => {
      const door = doors[(index + round) % doors.length]
      return door === undefined ? [] : [{ product, region: door[0], edge: door[1] }]
    }),
  )
}
