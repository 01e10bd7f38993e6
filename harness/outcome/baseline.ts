/**
 * What is held, written down so that it stays held: per scenario and architecture, and per app, surface, region and activity
 * in each. A committed file: sorted, rounded, and small, so that its differences can be read.
 */
import { z } from 'zod'
import { messageOf, UsageError } from '../errors.ts'
import { readText } from './read-results.ts'
import { parseResults, type Results, type RunResult, type SegmentResult } from './results.ts'
import { verdicts } from './verdict.ts'

export const baselineVersion = 1

const count = z.int().min(0)
const share = z.number().min(0).max(1)

const cellSchema = z.strictObject({
  /** Intents during the fault, and how many of them were served. */
  of: count,
  good: count,
  p99Ms: z.number().min(0).nullable(),
})

const heldSchema = z.strictObject({
  /** How many runs it is made of. */
  runs: z.int().min(1),
  /** The worst of them. */
  verdict: z.enum(verdicts),
  isolation: share,
  timeToRecoverMs: z.number().min(0).nullable(),
  amplification: z.number().min(0).nullable(),
  /** By `app surface`: valid sessions, and how many were forced out. */
  sessions: z.record(z.string(), z.strictObject({ of: count, lost: count })),
  /** By `app surface region activity`. */
  cells: z.record(z.string(), cellSchema),
})
export type Held = z.output<typeof heldSchema>

export const baselineSchema = z.strictObject({
  schema: z.literal(baselineVersion),
  kind: z.literal('baseline'),
  runtime: z.string(),
  /** By scenario, then by architecture. */
  held: z.record(z.string(), z.record(z.string(), heldSchema)),
})
export type Baseline = z.output<typeof baselineSchema>

/** The baseline that results make. Runs without an outcome are in none; of several of the same all count. */
export function baselineOf({ runs, runtime }: Pick<Results, 'runs' | 'runtime'>): Baseline {
  const measured = runs.filter(({ outcome }) => outcome !== undefined)
  const byScenario = Map.groupBy(measured, ({ scenario }) => scenario)
  const held = sorted(
    [...byScenario].map(([scenario, own]) => [
      scenario,
      sorted(
        [...Map.groupBy(own, ({ architecture }) => architecture)].map(([name, same]) => [name, heldOf(same)]),
      ),
    ]),
  )
  return { schema: baselineVersion, kind: 'baseline', runtime, held }
}

function heldOf(runs: readonly RunResult[]): Held {
  const outcomes = runs.flatMap(({ outcome }) => outcome ?? [])
  const recoveries = outcomes.map(({ timeToRecoverMs }) => timeToRecoverMs)
  const amplifications = outcomes.flatMap(({ amplification }) => amplification ?? [])
  const worst = verdicts.findLast(verdict => runs.some(run => run.verdict === verdict)) ?? 'held'
  return {
    runs: runs.length,
    verdict: worst,
    isolation: rounded(mean(outcomes.map(({ isolation }) => isolation)), 4),
    timeToRecoverMs: recoveries.includes(null) ? null : Math.round(mean(recoveries.map(Number))),
    amplification: amplifications.length === 0 ? null : rounded(mean(amplifications), 3),
    sessions: sorted(
      pooled(
        outcomes.flatMap(({ forcedLogouts }) => forcedLogouts.groups ?? []),
        ({ app, surface }) => `${app} ${surface}`,
        groups => ({
          of: sum(groups.map(({ alive = 0 }) => alive)),
          // Of those alone that were alive: who comes back and is thrown out again counts once.
          lost: sum(groups.map(({ alive = 0, share }) => Math.round(alive * (share ?? 0)))),
        }),
      ),
    ),
    cells: sorted(
      pooled(
        outcomes.flatMap(({ segments }) => segments).filter(({ faultGoodput }) => faultGoodput !== null),
        ({ app, surface, region, activity }) => `${app} ${surface} ${region} ${activity}`,
        segments => ({
          of: sum(segments.map(intentsOf)),
          good: sum(segments.map(each => Math.round(intentsOf(each) * (each.faultGoodput ?? 0)))),
          p99Ms: worstOf(segments.map(({ p99Ms }) => p99Ms)),
        }),
      ),
    ),
  }
}

/** Files of the first releases do not say how many there were; ten is the least that anything is claimed from. */
function intentsOf({ inFaultIntents }: SegmentResult): number {
  return typeof inFaultIntents === 'number' ? inFaultIntents : 10
}

function pooled<T, R>(items: readonly T[], keyOf: (item: T) => string, join: (items: readonly T[]) => R) {
  return [...Map.groupBy(items, keyOf)].map(([key, own]): [string, R] => [key, join(own)])
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / Math.max(1, values.length)
const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

function worstOf(values: readonly (number | null)[]): number | null {
  const known = values.flatMap(value => value ?? [])
  return known.length === 0 ? null : Math.round(Math.max(...known))
}

/** A baseline with what is held now; what was not run this time stays as it was. */
export function updated(known: Baseline | undefined, now: Baseline): Baseline {
  const scenarios = new Set([...Object.keys(known?.held ?? {}), ...Object.keys(now.held)])
  const held = [...scenarios].map(
    name => [name, sorted(Object.entries({ ...known?.held[name], ...now.held[name] }))] as const,
  )
  return { ...now, held: sorted(held) }
}

/** As it is written to its file. */
export function baselineText(baseline: Baseline): string {
  return `${JSON.stringify(baseline, null, 1)}\n`
}

/** Reads a baseline, or makes one of a results file. Throws a UsageError that says what is wrong with the file. */
export function readBaseline(path: string): Baseline {
  const text = readText(path)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new UsageError(
      `${path} is neither a baseline nor a results file: it is not JSON (${messageOf(error)})`,
      {
        cause: error,
      },
    )
  }
  const head = z.looseObject({ kind: z.unknown(), schema: z.unknown() }).safeParse(json)
  if (!head.success || head.data.kind !== 'baseline') return baselineOf(parseResults(text, path))
  if (head.data.schema !== baselineVersion)
    throw new UsageError(
      `${path} is a baseline of version ${String(head.data.schema)}, and this reads version ${baselineVersion}: make it anew with --update-baseline`,
    )
  const parsed = baselineSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const problems = z.prettifyError(parsed.error).split('\n').slice(0, 6).join('\n')
  throw new UsageError(`${path} is a damaged baseline: make it anew with --update-baseline\n${problems}`, {
    cause: parsed.error,
  })
}
