/** What the crowd has done lately, app by app: read from its records as they come, and forgotten after a while. */
import type { Recorded } from '../crowd/crowd.ts'
import type { Surface } from '../outcome/history.ts'
import { isGood } from '../outcome/traffic.ts'

export interface AppLive {
  app: string
  surface: Surface
  /** Share served of each of the last seconds, the latest last; null where nobody asked. */
  perSecond: (number | null)[]
  /** Over the last few of them; null where nobody asked. */
  goodput: number | null
  signedIn: number
  forcedOut: number
}

const secondsKept = 60
/** What is called "now": long enough for an app with few users, ms. */
const nowSeconds = 3
/** An intent is written down when it has come to its end; those of the last second are not all there yet. */
const lateSeconds = 1

interface Group {
  app: string
  surface: Surface
  seconds: Map<number, { all: number; good: number }>
  signedIn: number
  forcedOut: number
}

export class LiveCounts {
  readonly #groups = new Map<string, Group>()

  /** Takes what has been recorded since, out of the records: they would grow for as long as the crowd goes on. */
  take({ intents, sessions, deadSessionProbes }: Recorded): void {
    for (const { app, surface, at, result } of intents.splice(0)) {
      const { seconds } = this.#group(app, surface)
      const second = Math.floor(at / 1_000)
      const count = seconds.get(second) ?? { all: 0, good: 0 }
      seconds.set(second, count)
      count.all += 1
      if (isGood(result)) count.good += 1
    }
    for (const { app, surface, type } of sessions.splice(0)) {
      const group = this.#group(app, surface)
      group.signedIn += type === 'opened' ? 1 : -1
      if (type === 'forced-out') group.forcedOut += 1
    }
    deadSessionProbes.length = 0
  }

  /** `nowMs`: on the clock of the crowd. */
  look(nowMs: number): AppLive[] {
    const last = Math.floor(nowMs / 1_000) - lateSeconds
    return [...this.#groups.values()].map(({ app, surface, seconds, signedIn, forcedOut }) => {
      for (const second of seconds.keys()) if (second < last - secondsKept) seconds.delete(second)
      const counts = Array.from({ length: secondsKept }, (_, n) => seconds.get(last - secondsKept + 1 + n))
      const now = counts.slice(-nowSeconds)
      const sum = (key: 'all' | 'good') => now.reduce((total, count) => total + (count?.[key] ?? 0), 0)
      return {
        app,
        surface,
        perSecond: counts.map(count => (count === undefined ? null : count.good / count.all)),
        goodput: sum('all') === 0 ? null : sum('good') / sum('all'),
        signedIn,
        forcedOut,
      }
    })
  }

  #group(app: string, surface: Surface): Group {
    const key = `${app} ${surface}`
    const known = this.#groups.get(key)
    if (known) return known
    const group: Group = { app, surface, seconds: new Map(), signedIn: 0, forcedOut: 0 }
    this.#groups.set(key, group)
    return group
  }
}
