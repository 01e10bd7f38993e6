/**
 * What got worse, what got better, and by more than what. A share of few intents is compared by Fisher's exact test, at a
 * level that allows for how many cells there are, and must also differ by more than the noise floor; so that comparing two
 * runs of the same thing raises no alarm, and a real change in one cell is still named.
 */
import type { Baseline, Held } from './baseline.ts'
import { fisherExact } from './fisher.ts'
import type { Noise } from './noise.ts'
import { verdicts } from './verdict.ts'

export interface Change {
  scenario: string
  architecture: string
  /** `feed web all browse`, `feed web`; undefined for the run as a whole. */
  cell?: string | undefined
  measure: 'verdict' | 'isolation' | 'goodput' | 'forced-out' | 'recovery' | 'amplification' | 'latency'
  kind: 'regression' | 'improvement'
  /** As they are shown. */
  before: string
  after: string
  /** What it had to exceed. */
  floor: string
}

export interface Comparison {
  changes: Change[]
  /** Pairs of scenario and architecture that are only in one of them. */
  missing: string[]
  added: string[]
  compared: number
}

/** Together all cells of a comparison may be wrong this often by chance. */
const alarmShare = 0.01
const goodputFloorUsual = 0.15
const forcedFloor = 0.1
const isolationFloorUsual = 0.05
/** A machine that is slower today is no regression. */
const recovery = { ms: 2_500, ratio: 1.6 }
const amplificationRatio = 1.35
const latency = { ms: 400, ratio: 2.5, intents: 10 }

export function compare(before: Baseline, after: Baseline, noise?: Noise): Comparison {
  const isIn =
    ({ held }: Baseline) =>
    ([scenario, name]: readonly [string, string]) =>
      held[scenario]?.[name] !== undefined
  const pairs = pairsOf(before).filter(isIn(after))
  const cells = pairs.flatMap(([scenario, name]) => {
    const held = before.held[scenario]?.[name]
    return held ? [...Object.keys(held.cells), ...Object.keys(held.sessions)] : []
  })
  const level = alarmShare / Math.max(1, cells.length)
  const words = (pair: readonly [string, string]) => `${pair[0]} on ${pair[1]}`
  return {
    changes: pairs.flatMap(([scenario, architecture]) => {
      const [old, now] = [before.held[scenario]?.[architecture], after.held[scenario]?.[architecture]]
      if (!old || !now) return []
      const floors = noise?.architectures[architecture]
      const pair = { old, now, level }
      return [
        ...verdictChange(pair),
        ...isolationChange(pair, Math.max(isolationFloorUsual, floors?.isolation ?? 0)),
        ...recoveryChange(pair),
        ...amplificationChange(pair),
        ...sessionChanges(pair),
        ...corroborated(cellChanges(pair, Math.max(goodputFloorUsual, floors?.goodput ?? 0))),
      ].map(change => ({ scenario, architecture, ...change }))
    }),
    missing: pairsOf(before)
      .filter(pair => !isIn(after)(pair))
      .map(words),
    added: pairsOf(after)
      .filter(pair => !isIn(before)(pair))
      .map(words),
    compared: pairs.length,
  }
}

function pairsOf({ held }: Baseline): [string, string][] {
  return Object.entries(held).flatMap(([scenario, of]) =>
    Object.keys(of).map((name): [string, string] => [scenario, name]),
  )
}

interface Pair {
  old: Held
  now: Held
  level: number
}
type Found = Omit<Change, 'scenario' | 'architecture'>

const percent = (value: number) => `${Math.round(value * 100)} %`
const kindOf = (isWorse: boolean) => (isWorse ? 'regression' : 'improvement')

function verdictChange({ old, now }: Pair): Found[] {
  // What was not proven says nothing, neither then nor now.
  if (old.verdict === now.verdict || old.verdict === 'not-proven' || now.verdict === 'not-proven') return []
  const isWorse = verdicts.indexOf(now.verdict) > verdicts.indexOf(old.verdict)
  return [
    { measure: 'verdict', kind: kindOf(isWorse), before: old.verdict, after: now.verdict, floor: 'any' },
  ]
}

function isolationChange({ old, now }: Pair, floor: number): Found[] {
  const difference = now.isolation - old.isolation
  if (Math.abs(difference) <= floor) return []
  return [
    {
      measure: 'isolation',
      kind: kindOf(difference < 0),
      before: old.isolation.toFixed(3),
      after: now.isolation.toFixed(3),
      floor: floor.toFixed(3),
    },
  ]
}

function recoveryChange({ old, now }: Pair): Found[] {
  const [a, b] = [old.timeToRecoverMs, now.timeToRecoverMs]
  const shown = (ms: number | null) => (ms === null ? 'never' : `${(ms / 1_000).toFixed(1)} s`)
  const found = (isWorse: boolean): Found[] => [
    {
      measure: 'recovery',
      kind: kindOf(isWorse),
      before: shown(a),
      after: shown(b),
      floor: `${recovery.ratio} times and ${recovery.ms / 1_000} s`,
    },
  ]
  if (a === null || b === null) return a === b ? [] : found(b === null)
  const [less, more] = a < b ? [a, b] : [b, a]
  return more - less > recovery.ms && more > less * recovery.ratio ? found(b > a) : []
}

function amplificationChange({ old, now }: Pair): Found[] {
  const [a, b] = [old.amplification, now.amplification]
  if (a === null || b === null || Math.max(a, b) <= Math.min(a, b) * amplificationRatio) return []
  return [
    {
      measure: 'amplification',
      kind: kindOf(b > a),
      before: a.toFixed(2),
      after: b.toFixed(2),
      floor: `${amplificationRatio} times`,
    },
  ]
}

function sessionChanges({ old, now, level }: Pair): Found[] {
  return Object.entries(old.sessions).flatMap(([cell, a]) => {
    const b = now.sessions[cell]
    if (!b || a.of === 0 || b.of === 0) return []
    const [before, after] = [a.lost / a.of, b.lost / b.of]
    if (Math.abs(after - before) <= forcedFloor) return []
    if (fisherExact({ of: a.of, good: a.lost }, { of: b.of, good: b.lost }) > level) return []
    return [
      {
        cell,
        measure: 'forced-out' as const,
        kind: kindOf(after > before),
        before: percent(before),
        after: percent(after),
        floor: `${percent(forcedFloor)} and chance`,
      },
    ]
  })
}

/**
 * Of a dozen answers the 99th percentile is the slowest one, which may be anybody: that a cell became slower, or quicker,
 * counts where another one did so too.
 */
function corroborated(changes: readonly Found[]): Found[] {
  const alike = ({ measure, kind }: Found) =>
    changes.filter(other => other.measure === measure && other.kind === kind).length
  return changes.filter(change => change.measure !== 'latency' || alike(change) > 1)
}

function cellChanges({ old, now, level }: Pair, floor: number): Found[] {
  return Object.entries(old.cells).flatMap(([cell, a]): Found[] => {
    const b = now.cells[cell]
    if (!b || a.of === 0 || b.of === 0) return []
    const [before, after] = [a.good / a.of, b.good / b.of]
    if (Math.abs(after - before) > floor && fisherExact(a, b) <= level)
      return [
        {
          cell,
          measure: 'goodput',
          kind: kindOf(after < before),
          before: percent(before),
          after: percent(after),
          floor: `${percent(floor)} and chance`,
        },
      ]
    const [slow, slower] = [a.p99Ms, b.p99Ms]
    if (slow === null || slower === null || Math.min(a.good, b.good) < latency.intents) return []
    const [less, more] = slow < slower ? [slow, slower] : [slower, slow]
    if (more - less <= latency.ms || more <= less * latency.ratio) return []
    return [
      {
        cell,
        measure: 'latency',
        kind: kindOf(slower > slow),
        before: `p99 ${slow} ms`,
        after: `p99 ${slower} ms`,
        floor: `${latency.ratio} times and ${latency.ms} ms`,
      },
    ]
  })
}
