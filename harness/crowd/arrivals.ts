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

/** Independent newcomers at a steady rate: each second gets its number, at random moments within it. */
export function newcomers({ from, to }: Interval, perSecond: number, random: Random): number[] {
  const times: number[] = []
  const gapMs = 1_000 / perSecond
  for (let at = from; at < to; at += gapMs) {
    const time = at + random() * gapMs
    if (time < to) times.push(time)
  }
  return times
}
