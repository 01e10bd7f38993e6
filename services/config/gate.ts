/** The health gate of a rollout: whether those who took the new version do worse than they did before. */
import type { HealthCount } from '../common/health.ts'

export interface GateSettings {
  /** By how much the share of bad answers may rise, 0 to 1. */
  badShareRiseMax: number
  /** With fewer answers than this nothing is said. */
  answersMin: number
}

/** `dry`: too few answers, though there were plenty before. Someone who hangs on everything is not healthy. */
export type GateVerdict = 'green' | 'red' | 'too-early' | 'dry'

/** How many times the answers needed now there must have been before, for their absence to mean something. */
const plentyFactor = 5

/** How often so many bad answers may be chance, if nothing has changed. It is asked again and again while a change bakes. */
const mistakenShare = 1e-4

/**
 * Bad before and no worse since is green: an outage that was there before the push is not the push's. And so is what may
 * be chance: two bad answers of the first eight are no verdict on a change where one of seventeen is bad all day.
 */
export function gateOf(before: HealthCount, since: HealthCount, settings: GateSettings): GateVerdict {
  const { answersMin, badShareRiseMax } = settings
  if (totalOf(since) < answersMin) return totalOf(before) >= plentyFactor * answersMin ? 'dry' : 'too-early'
  const hasRisen = badShareOf(since) - badShareOf(before) > badShareRiseMax
  return hasRisen && chanceOf(since, expectedShareOf(before)) < mistakenShare ? 'red' : 'green'
}

export function sumOf(counts: readonly HealthCount[]): HealthCount {
  return counts.reduce((sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }), {
    good: 0,
    bad: 0,
  })
}

export function totalOf({ good, bad }: HealthCount): number {
  return good + bad
}

/** Chance of that many bad answers or more where each is bad with this probability: the upper tail of a binomial. */
export function chanceOf(count: HealthCount, share: number): number {
  const total = totalOf(count)
  let exactly = (1 - share) ** total
  let fewer = 0
  for (let bad = 0; bad < count.bad; bad += 1) {
    fewer += exactly
    exactly *= ((total - bad) / (bad + 1)) * (share / (1 - share))
  }
  return Math.max(0, 1 - fewer)
}

/** What is to be expected of those of whom little is known yet: next to no bad answers. */
function expectedShareOf({ good, bad }: HealthCount): number {
  return Math.min(0.99, (bad + 0.05) / (good + bad + 5))
}

function badShareOf(count: HealthCount): number {
  return totalOf(count) === 0 ? 0 : count.bad / totalOf(count)
}
