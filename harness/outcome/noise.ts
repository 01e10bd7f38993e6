/**
 * The noise floor: what a run in which nothing is broken shows all the same, by repeating it (A/A). A number that is nearer
 * to its bound than this says nothing.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { messageOf, UsageError } from '../errors.ts'
import type { RunResult } from './results.ts'

const share = z.number().min(0).max(1)

const floorSchema = z.strictObject({
  runs: z.int().min(1),
  /** Runs that did not hold: false alarms, or not proven. */
  alarms: z.int().min(0),
  /** 1 - isolation at its worst. */
  isolation: share,
  /** How far the goodput of a segment strayed from its steady state's, either way: at the worst 1 %, and at the worst. */
  goodput: share,
  goodputMax: share,
  /** Harm of a segment at the worst 1 %, and at the worst. */
  harm: share,
  harmMax: share,
})
export type NoiseFloor = z.output<typeof floorSchema>

export const noiseSchema = z.strictObject({
  schema: z.literal(1),
  runtime: z.string(),
  madeAt: z.iso.datetime({ offset: true }),
  /** By architecture. */
  architectures: z.record(z.string(), floorSchema),
})
export type Noise = z.output<typeof noiseSchema>

/** The floor of each architecture, from runs without faults. Throws a UsageError where there is none to go by. */
export function noiseOf(runs: readonly RunResult[], runtime: string, madeAt: string): Noise {
  const measured = runs.filter(({ outcome }) => outcome !== undefined)
  if (measured.length === 0) throw new UsageError('no run was measured: there is no noise to go by')
  const groups = Map.groupBy(runs, ({ architecture }) => architecture)
  return {
    schema: 1,
    runtime,
    madeAt,
    architectures: Object.fromEntries(
      [...groups].flatMap(([architecture, of]) => {
        const floor = floorOf(of)
        return floor ? [[architecture, floor]] : []
      }),
    ),
  }
}

function floorOf(runs: readonly RunResult[]): NoiseFloor | undefined {
  const outcomes = runs.flatMap(({ outcome }) => outcome ?? [])
  if (outcomes.length === 0) return undefined
  const segments = outcomes.flatMap(outcome => outcome.segments)
  const harms = segments.flatMap(({ harm }) => harm ?? []).toSorted((a, b) => a - b)
  const strays = segments
    .flatMap(({ steadyGoodput, faultGoodput }) =>
      steadyGoodput === null || faultGoodput === null ? [] : Math.abs(faultGoodput - steadyGoodput),
    )
    .toSorted((a, b) => a - b)
  const worst = (sorted: readonly number[]) => sorted.at(-1) ?? 0
  const nearWorst = (sorted: readonly number[]) => sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
  return {
    runs: runs.length,
    alarms: runs.filter(({ verdict }) => verdict !== 'held').length,
    isolation: 1 - Math.min(...outcomes.map(({ isolation }) => isolation)),
    goodput: nearWorst(strays),
    goodputMax: worst(strays),
    harm: nearWorst(harms),
    harmMax: worst(harms),
  }
}

/** Reads a noise file; undefined if there is none. Throws a UsageError saying what is wrong with it, and where. */
export function readNoise(path: string): Noise | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new UsageError(`the noise file ${path} cannot be read: ${messageOf(error)}`)
  }
  const advice = 'Make it anew with "firebreak noise".'
  try {
    const parsed = noiseSchema.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
    throw new UsageError(`${path} is not a noise file:\n${z.prettifyError(parsed.error)}\n${advice}`)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${path} is not a noise file: it is not JSON (${messageOf(error)}). ${advice}`)
  }
}
