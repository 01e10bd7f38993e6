/** `firebreak run --runtime simulation`: the same scoreboard and the same files, without processes and in virtual time. */
import { randomInt } from 'node:crypto'
import { type Results, type RunResult, resultsVersion } from '../outcome/results.ts'
import { exitCodeOf } from '../outcome/verdict.ts'
import { writeRun } from '../report/files.ts'
import { reportIfPossible } from '../report/html/document.ts'
import { replayCommand } from '../report/replay.ts'
import { boardLines, headLines } from '../report/run-lines.ts'
import { verdictWord } from '../report/scoreboard.ts'
import { type Style, styleFor } from '../report/style.ts'
import type { NamedScenario } from '../run/load-scenarios.ts'
import { architectureOf, isPredicted } from '../stack/architectures.ts'
import type { Costs } from '../stack/simulation/costs.ts'
import { epochMs } from '../stack/simulation/epoch.ts'
import type { SimulatedRun, SimulationJob } from '../stack/simulation/job.ts'
import { simulateAll } from '../stack/simulation/workers.ts'

export interface SimulatedRunOptions {
  picked: readonly NamedScenario[]
  /** By name. */
  architectures: readonly string[]
  seed: number | undefined
  twin: boolean
  repeat: number
  /** The part that is run, as "i/n". */
  shard: string | undefined
  /** What things cost, and where that stands; undefined for what is shipped. */
  costs: { file: string; costs: Costs } | undefined
  out: string
  json: string | undefined
}

const write = (line: string) => void process.stdout.write(`${line}\n`)
const seedMax = 2 ** 31 - 1

/** Resolves to the exit code. */
export async function runSimulated(options: SimulatedRunOptions): Promise<number> {
  const { picked, architectures, twin, repeat, costs, out, json } = options
  const seed = options.seed ?? randomInt(seedMax)
  const style = styleFor(process.stdout)
  const names = picked.map(({ name }) => name)
  const runtime = 'simulation (as asked; times are virtual)'
  for (const line of headLines({ names, architectures, runtime, seed }, style)) write(line)
  const jobs = shardOf(jobsOf(options, seed), options.shard)
  const began = performance.now()
  let ended = 0
  const done = ({ run }: SimulatedRun) => {
    ended += 1
    writeProgress(run, `(${ended} of ${jobs.length})`, performance.now() - began, style)
  }
  const simulated = await simulateAll(jobs, { done })
  const runs = simulated.map(({ run }) => run)
  for (const line of boardLines(runs, style)) write(line)
  if (runs.length > 0) write('')
  const results: Results = {
    ...{ schema: resultsVersion, seed, runtime: 'simulation', runs },
    // In virtual time: the same seed gives the same file, whenever it runs and however fast.
    startedAt: new Date(epochMs).toISOString(),
    wallMs: runs.reduce((sum, run) => sum + run.wallMs, 0),
    ...{ errors: [], interrupted: false, exitCode: exitCodeOf(runs.map(({ verdict }) => verdict)) },
  }
  const logs = simulated.flatMap(({ run, logs: text }) =>
    text === undefined ? [] : [{ name: `${run.scenario}-${run.architecture}`, text }],
  )
  const report = await reportIfPossible(results, problem => write(`${style.red('error')}    ${problem}`))
  const { written, failed } = writeRun({ out, copy: json, results, logs, report })
  for (const problem of failed) write(`${style.red('error')}    ${problem}`)
  for (const { what, path } of written) write(`${what.padEnd(8)} ${path}`)
  write(
    `replay   ${replayCommand({ names, architectures, runtime: 'simulation', seed, twin, repeat, costs: costs?.file })}`,
  )
  return failed.length > 0 ? exitCodeOf(['error']) : Number(results.exitCode)
}

function jobsOf(
  { picked, architectures, twin, repeat, costs }: SimulatedRunOptions,
  seed: number,
): SimulationJob[] {
  return picked.flatMap(named =>
    architectures
      .map(architectureOf)
      .filter(architecture => isPredicted(named.scenario.verdict, architecture))
      .flatMap(architecture =>
        Array.from({ length: repeat }, () => ({
          scenario: named.name,
          architecture,
          seed,
          twin,
          costs: costs?.costs,
        })),
      ),
  )
}

/** A part of them in one piece, so that a scenario's runs stay together. */
function shardOf<Job>(jobs: readonly Job[], shard = '1/1'): Job[] {
  const [part = 1, of = 1] = shard.split('/').map(Number)
  return jobs.slice(Math.floor(((part - 1) * jobs.length) / of), Math.floor((part * jobs.length) / of))
}

function writeProgress(run: RunResult, place: string, passedMs: number, style: Style): void {
  const seconds = (passedMs / 1_000).toFixed(1).padStart(6)
  const paint = run.verdict === 'held' ? style.green : style.red
  const where = `${run.scenario.padEnd(16)} ${run.architecture.padEnd(12)}`
  write(`${style.dim(`${seconds} s`)}  ${where} ${paint(verdictWord(run))} ${place}`)
}
