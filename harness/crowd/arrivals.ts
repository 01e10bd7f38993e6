/** When things happen, decided before the run: an open-loop schedule does not wait for answers. */
import type { Random } from './random.ts'

export interface Interval {
  /** ms on the run's clock, inclusive. */
  from: number
  /** Exclusive. */
  to: number
}

/**
 * One user's visits: every `periodMs` give or take a fifth. A user who comes by regularly, not a memoryless one: a fault
 * as long as a few periods is then met by everybody. The first visits of a group are spread over a period, each at a
 * random moment of its own part of it, so that no window is left with too few by chance.
 */
export function visits(
  { from, to }: Interval,
  periodMs: number,
  random: Random,
  { index, of }: Place = { index: 0, of: 1 },
): number[] {
  const times: number[] = []
  const first = from + ((index + random()) / of) * periodMs
  for (let at = first; at < to; at += periodMs * (0.8 + 0.4 * random())) times.push(at)
  return times
}

/** Which member of its group a user is. */
export interface Place {
  index: number
  of: number
}

/**
 * How newcomers come, around their group's rate. `constant`: each slice of time gets its one, at a random moment of it.
 * `poisson`: independently of each other, so that by chance some moments have many and others none. `ramp`: from one
 * multiple of the rate to another, along the whole interval. `diurnal`: the rate swings by a share of itself over one day,
 * which is as long as the interval, each region at its own time of day.
 */
export type Arrivals =
  | 'constant'
  | 'poisson'
  | { readonly ramp: { readonly from: number; readonly to: number } }
  | { readonly diurnal: { readonly swing: number } }

/** What is wrong with an arrival process, in words; undefined if nothing is. */
export function arrivalsProblem(arrivals: Arrivals): string | undefined {
  if (arrivals === 'constant' || arrivals === 'poisson') return undefined
  if (typeof arrivals === 'object' && arrivals !== null) {
    if ('ramp' in arrivals) {
      const { from, to } = arrivals.ramp
      const isRate = (rate: unknown) => typeof rate === 'number' && rate >= 0 && rate <= rateFactorMax
      if (isRate(from) && isRate(to)) return undefined
      return `ramp from ${from} to ${to}: give two multiples of the usual rate, 0 to ${rateFactorMax}`
    }
    if ('diurnal' in arrivals) {
      const { swing } = arrivals.diurnal
      if (typeof swing === 'number' && swing >= 0 && swing <= 1) return undefined
      return `diurnal with a swing of ${swing}: give a share of the usual rate, 0 to 1`
    }
  }
  return `${JSON.stringify(arrivals)} is none of "constant", "poisson", { ramp: { from, to } }, { diurnal: { swing } }`
}

/** Two cores serve no more. */
const rateFactorMax = 5

/**
 * The times at which newcomers arrive. `perSecond`: the usual rate; `dayShift`: how far ahead the region's clock is, as a
 * share of a day.
 */
export function newcomers(
  interval: Interval,
  perSecond: number,
  random: Random,
  { arrivals = 'constant', dayShift = 0 }: { arrivals?: Arrivals; dayShift?: number } = {},
): number[] {
  const lengthMs = interval.to - interval.from
  const factor = factorOf(arrivals, dayShift)
  const times: number[] = []
  // Expected arrivals so far run on like a clock; `due` is where on that clock the next one comes. Steps are short enough
  // for the rate to be the same within one.
  const stepMs = Math.min(10, lengthMs)
  const next = arrivals === 'poisson' ? (due: number) => due - Math.log(1 - random()) : undefined
  let slice = 0
  let due = next ? next(0) : random()
  let expected = 0
  for (let passedMs = 0; passedMs < lengthMs; passedMs += stepMs) {
    const gained = (factor(passedMs / lengthMs) * perSecond * stepMs) / 1_000
    for (; gained > 0 && due < expected + gained; due = next ? next(due) : ++slice + random()) {
      const time = interval.from + passedMs + ((due - expected) / gained) * stepMs
      if (time < interval.to) times.push(time)
    }
    expected += gained
  }
  return times
}

/** The rate as a multiple of the usual, by how much of the interval has passed (0 to 1). */
function factorOf(arrivals: Arrivals, dayShift: number): (passed: number) => number {
  if (typeof arrivals === 'string') return () => 1
  if ('ramp' in arrivals) {
    const { from, to } = arrivals.ramp
    return passed => from + (to - from) * passed
  }
  const { swing } = arrivals.diurnal
  return passed => 1 + swing * Math.sin(2 * Math.PI * (passed + dayShift))
}
