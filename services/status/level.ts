/** How bad it is, decided from what probes see and people report. Pure: time comes in as a number. */
import type { ProbeSummary } from './prober.ts'

/** From calm to worst. */
export const levels = ['no known issues', 'some disruptions', 'high disruptions'] as const
export type Level = (typeof levels)[number]

export interface Signs {
  probes: ProbeSummary
  /** Reports within the last while, and how many are usual in as long. */
  reports: { recent: number; usual: number }
}

export interface Assessment {
  level: Level
  /** What speaks for it, in words. */
  reasons: string[]
}

/** Below these numbers it may be chance; beside them it must be several times what is usual. */
const many = { count: 5, times: 3 }
const veryMany = { count: 15, times: 10 }
/** One failed look may be chance. */
const badProbesMin = 2
/** Slowness is judged later: it may be this process that had to wait for its turn. */
const slowProbesMin = 4

/**
 * | signs                                                      | level            |
 * |------------------------------------------------------------|------------------|
 * | half of the last looks failed (two at least)               | high disruptions |
 * | 15 reports and ten times the usual                         | high disruptions |
 * | two of the last looks failed                               | some disruptions |
 * | half of the last looks failed or were slow (four at least) | some disruptions |
 * | 5 reports and three times the usual                        | some disruptions |
 * | anything else                                              | no known issues  |
 */
export function assess({ probes, reports }: Signs): Assessment {
  const probed = levelOfProbes(probes)
  const reported = levelOfReports(reports)
  const reasons: string[] = []
  if (probed !== 'no known issues') {
    const words = [`${probes.bad} failed`, `${probes.slow} were slow`].filter(each => !each.startsWith('0 '))
    reasons.push(`of the last ${probes.total} checks ${words.join(', ')}`)
  }
  if (reported !== 'no known issues')
    reasons.push(`${reports.recent} reports by users, where ${Math.round(reports.usual)} are usual`)
  return { level: worse(probed, reported), reasons }
}

function levelOfProbes({ bad, slow, total }: ProbeSummary): Level {
  if (bad >= badProbesMin && bad >= total / 2) return 'high disruptions'
  if (bad >= badProbesMin) return 'some disruptions'
  return bad + slow >= slowProbesMin && bad + slow >= total / 2 ? 'some disruptions' : 'no known issues'
}

function levelOfReports({ recent, usual }: Signs['reports']): Level {
  if (recent >= veryMany.count && recent >= veryMany.times * usual) return 'high disruptions'
  return recent >= many.count && recent >= many.times * usual ? 'some disruptions' : 'no known issues'
}

export function worse(a: Level, b: Level): Level {
  return levels.indexOf(a) >= levels.indexOf(b) ? a : b
}

export interface Standing {
  level: Level
  /** Since when, ms since the epoch. */
  since: number
  /** When the signs last spoke for each level, ms since the epoch. */
  lastSeen: Partial<Record<Level, number>>
}

/** The worst that the signs spoke for within the last `quietMs`: rises at once, falls only after a quiet while. */
export function settle(standing: Standing, signs: Level, now: number, quietMs: number): Standing {
  const lastSeen = { ...standing.lastSeen, [signs]: now }
  const level = levels.filter(each => now - (lastSeen[each] ?? -Infinity) < quietMs).reduce(worse, signs)
  return { level, since: level === standing.level ? standing.since : now, lastSeen }
}
