/**
 * A run second by second, for those who look at it: what the outcome says in one number each. Plain data, and small: an entry
 * of each list is a second of the timeline, by the intended start of intents.
 */
import { controlApp } from '../scope.ts'
import { type History, type Intent, results, type Surface } from './history.ts'
import { latenciesOf } from './percentiles.ts'
import { isGood } from './traffic.ts'

export const stepMs = 1_000

/** What became of the intents of one app on one surface, whatever they were for. */
export type GroupSeries = {
  app: string
  surface: Surface
  intended: number[]
  /** Served and degraded. */
  good: number[]
  signedOut: number[]
  refused: number[]
  /** Everything else: errors, timeouts, no connection, cut answers. */
  failed: number[]
  /** Sessions that their owners held at the end of the second. */
  signedIn: number[]
  /** Sessions forced out in it. */
  forcedOut: number[]
}

export type RunSeries = {
  stepMs: number
  groups: GroupSeries[]
  /** Of the family's intents that got an answer, ms; null where none did. */
  p50Ms: (number | null)[]
  p99Ms: (number | null)[]
  /** Requests that came to the family's auths; only where they were counted as they came. */
  authRequests?: number[]
}

/** Whole seconds; the last may be cut short by the end of the timeline. */
export function seriesOf(history: History): RunSeries {
  const length = Math.max(1, Math.ceil(history.end / stepMs))
  const intents = history.intents.filter(({ at }) => at >= 0 && at < history.end)
  const family = secondsOf(
    intents.filter(({ app }) => app !== controlApp),
    length,
  )
  const latencies = family.map(latenciesOf)
  return {
    stepMs,
    groups: groupsOf(history, intents, length),
    p50Ms: latencies.map(({ p50Ms }) => rounded(p50Ms)),
    p99Ms: latencies.map(({ p99Ms }) => rounded(p99Ms)),
    ...(history.authLoad === undefined ? {} : { authRequests: loadOf(history.authLoad, length) }),
  }
}

function groupsOf(history: History, intents: readonly Intent[], length: number): GroupSeries[] {
  const nameOf = ({ app, surface }: { app: string; surface: Surface }) => `${app} ${surface}`
  const ofGroup = Map.groupBy(intents, nameOf)
  const sessions = Map.groupBy(history.sessions, nameOf)
  return [...ofGroup].toSorted().flatMap(([name, own]): GroupSeries[] => {
    const [first] = own
    if (!first) return []
    const seconds = secondsOf(own, length)
    const count = (picks: (intent: Intent) => boolean) => seconds.map(each => each.filter(picks).length)
    const events = sessions.get(name) ?? []
    return [
      {
        app: first.app,
        surface: first.surface,
        intended: count(() => true),
        good: count(({ result }) => isGood(result)),
        signedOut: count(({ result }) => result === 'signed-out'),
        refused: count(({ result }) => result === 'refused'),
        failed: count(({ result }) => failures.has(result)),
        signedIn: seconds.map((_, second) =>
          events
            .filter(({ at }) => at < (second + 1) * stepMs)
            .reduce((held, { type }) => held + (type === 'opened' ? 1 : -1), 0),
        ),
        forcedOut: seconds.map(
          (_, second) =>
            events.filter(({ type, at }) => type === 'forced-out' && secondOf(at, length) === second).length,
        ),
      },
    ]
  })
}

const failures: ReadonlySet<string> = new Set(
  results.filter(result => !isGood(result) && result !== 'signed-out' && result !== 'refused'),
)

/** What came before the timeline's beginning or after its end is no part of it. */
function secondOf(at: number, length: number): number | undefined {
  const second = Math.floor(at / stepMs)
  return second < 0 || second >= length ? undefined : second
}

function secondsOf(intents: readonly Intent[], length: number): Intent[][] {
  const seconds = Array.from({ length }, (): Intent[] => [])
  for (const intent of intents) {
    const second = secondOf(intent.at, length)
    if (second !== undefined) seconds[second]?.push(intent)
  }
  return seconds
}

/**
 * Counts that were read now and then, made one for each second: what lies between two readings is spread evenly. A second of
 * which less is known than a third has none; of one of which not all is known it is taken that the rest was like it.
 */
function loadOf(readings: readonly { at: number; requests: number }[], length: number): number[] {
  const load = Array.from({ length }, () => 0)
  const known = Array.from({ length }, () => 0)
  for (const [index, { at, requests }] of readings.entries()) {
    const before = readings[index - 1]
    // Fewer than before: the proxy was replaced, and counts anew.
    if (!before || at <= before.at || requests < before.requests) continue
    const perMs = (requests - before.requests) / (at - before.at)
    for (let second = 0; second < length; second += 1) {
      const ms = Math.min(at, (second + 1) * stepMs) - Math.max(before.at, second * stepMs)
      if (ms <= 0) continue
      load[second] = (load[second] ?? 0) + perMs * ms
      known[second] = (known[second] ?? 0) + ms
    }
  }
  return load.map((requests, second) => {
    const ms = known[second] ?? 0
    return ms < stepMs / 3 ? 0 : Math.round((requests * stepMs) / ms)
  })
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}
