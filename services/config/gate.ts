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

/** Bad before and no worse since is green: an outage that was there before the push is not the push's. */
export function gateOf(before: HealthCount, since: HealthCount, settings: GateSettings): GateVerdict {
  const { answersMin, badShareRiseMax } = settings
  if (totalOf(since) < answersMin) return totalOf(before) >= plentyFactor * answersMin ? 'dry' : 'too-early'
  return badShareOf(since) - badShareOf(before) > badShareRiseMax ? 'red' : 'green'
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

function badShareOf(count: HealthCount): number {
  return totalOf(count) === 0 ? 0 : count.bad / totalOf(count)
}
