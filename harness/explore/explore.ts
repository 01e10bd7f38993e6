/** Looks for a schedule of faults that breaks what an architecture promises, in simulation, and shrinks it. */
import { availableParallelism } from 'node:os'
import fc from 'fast-check'
import type { RunResult } from '../outcome/results.ts'
import type { Architecture } from '../stack/architectures.ts'
import type { SimulatedRun } from '../stack/simulation/job.ts'
import { Simulator, simulateAll } from '../stack/simulation/workers.ts'
import type { Schedule } from './drawn.ts'
import { schedules } from './schedules.ts'

export interface ExploreOptions {
  architecture: Architecture
  seed: number
  /** For looking and shrinking together, ms. */
  budgetMs: number
  /** Told of each that was tried. */
  tried?: (schedule: Schedule, run: RunResult) => void
}

export interface Found {
  /** The smallest that was found. */
  schedule: Schedule
  /** What it did. */
  run: RunResult
  /** As it was drawn. */
  drawn: Schedule
  /** How many smaller ones were tried. */
  shrinks: number
}

export interface Explored {
  tried: readonly Schedule[]
  found: Found | undefined
}

type Exploring = ExploreOptions & { simulator: Simulator }

/** Schedules are drawn in batches, so that every core has one; the first that breaks is shrunk. */
export async function explore(wanted: ExploreOptions): Promise<Explored> {
  const { architecture, seed, budgetMs } = wanted
  await using simulator = new Simulator()
  const options: Exploring = { ...wanted, simulator }
  const until = performance.now() + budgetMs
  const drawable = schedules(architecture.name)
  const batch = 2 * availableParallelism()
  const tried: Schedule[] = []
  for (let drawn = 0; performance.now() < until; drawn += batch) {
    const next = fc.sample(drawable, { seed, numRuns: drawn + batch }).slice(drawn)
    const runs = await tryAll(next, options)
    tried.push(...next)
    const broken = runs.findIndex(isBroken)
    const [schedule, run] = [next[broken], runs[broken]]
    if (schedule && run) {
      const leftMs = Math.max(0, until - performance.now())
      const smaller = await shrink({ ...options, path: String(drawn + broken), leftMs })
      const least = smaller.found ?? { schedule, run }
      return { tried, found: { ...least, drawn: schedule, shrinks: smaller.shrinks } }
    }
  }
  return { tried, found: undefined }
}

async function tryAll(
  drawn: readonly Schedule[],
  { architecture, seed, tried, simulator }: Exploring,
): Promise<RunResult[]> {
  const jobs = drawn.map(schedule => ({ scenario: 'found', schedule, architecture, seed, twin: false }))
  const done = ({ run }: SimulatedRun, index: number) => tried?.(drawn[index] ?? [], run)
  const simulated = await simulateAll(jobs, { done, simulator })
  return simulated.map(({ run }) => run)
}

function isBroken({ verdict }: RunResult): boolean {
  return verdict === 'broke'
}

/** From the drawn one, by its place among all, to a smaller one that breaks too, as far as the time reaches. */
async function shrink(
  options: Exploring & { path: string; leftMs: number },
): Promise<{ found: { schedule: Schedule; run: RunResult } | undefined; shrinks: number }> {
  const { architecture, seed, path, leftMs } = options
  let found: { schedule: Schedule; run: RunResult } | undefined
  let shrinks = -1
  const property = fc.asyncProperty(schedules(architecture.name), async schedule => {
    shrinks += 1
    const [run] = await tryAll([schedule], options)
    if (run && isBroken(run)) {
      found = { schedule, run }
      throw new Error('it breaks')
    }
  })
  await fc.check(property, { seed, path, numRuns: 1, interruptAfterTimeLimit: leftMs })
  return { found, shrinks: Math.max(0, shrinks) }
}
