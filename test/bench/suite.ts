/**
 * What a suite costs beside its timelines: how much longer each run of a scenario took than the time that it plays, on a
 * stack that is up already, and how much faster the same goes in simulation. Prints one JSON object; the ratios are what
 * can be compared between machines.
 *
 *   npm run bench -- suite [processes|containers] [architecture] [scenario,…]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { HarnessError } from '../../harness/errors.ts'
import { readResults } from '../../harness/outcome/read-results.ts'
import type { RunResult } from '../../harness/outcome/results.ts'
import { nodeBinary, rootFolder } from '../../harness/stack/node-binary.ts'

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const rounded = (value: number) => Number(value.toFixed(3))

async function run(args: readonly string[]): Promise<{ runs: RunResult[]; wallMs: number }> {
  const out = mkdtempSync(join(tmpdir(), 'firebreak-bench-'))
  try {
    const program = join(rootFolder, 'harness/cli/firebreak.js')
    const began = performance.now()
    const child = spawn(nodeBinary(), [program, 'run', ...args, '--out', out], {
      stdio: 'ignore',
      // A browser's looks are no part of it.
      env: { ...process.env, FIREBREAK_BROWSER: 'none' },
    })
    const [code] = (await once(child, 'close')) as [number | null]
    const wallMs = performance.now() - began
    const { runs } = readResults(join(out, 'results.json'))
    if (runs.length === 0) throw new HarnessError(`nothing was measured: the run ended with ${code}`)
    return { runs, wallMs }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

export async function benchSuite(args: readonly string[]): Promise<void> {
  const [
    runtime = 'processes',
    architecture = 'hardened',
    names = 'calm,wrong-issuer,auth-errors,auth-timeouts',
  ] = args
  const scenarios = names.split(',')
  const common = [...scenarios, '--architecture', architecture, '--seed', '1']
  const real = await run([...common, '--runtime', runtime])
  const simulated = await run([...common, '--runtime', 'simulation'])
  // The first pays for the start of the stack, which `boot` measures.
  const [first, ...others] = real.runs
  const overheads = others.map(({ wallMs, timelineMs }) => (wallMs - timelineMs) / timelineMs)
  const timelineMs = sum(real.runs.map(each => each.timelineMs))
  const result = {
    ...{ runtime, architecture, scenarios: scenarios.length, cores: availableParallelism() },
    ...{ timelineMs, wallMs: Math.round(real.wallMs), firstWallMs: first?.wallMs },
    /** Of a run on a stack that is up: wall time beyond the timeline, as a share of it. */
    overhead: { median: rounded(median(overheads)), most: rounded(Math.max(...overheads)) },
    /** Of the whole command, with the start of the stack. */
    overheadInAll: rounded((real.wallMs - timelineMs) / timelineMs),
    simulation: {
      wallMs: Math.round(simulated.wallMs),
      virtualOverWall: rounded(sum(simulated.runs.map(each => each.timelineMs)) / simulated.wallMs),
    },
    verdicts: real.runs.map(({ scenario, verdict }) => `${scenario} ${verdict}`),
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
