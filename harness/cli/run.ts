import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants as osConstants } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { HarnessError, UsageError } from '../errors.ts'
import { readNoise } from '../outcome/noise.ts'
import { maxStacks, settings } from '../playwright/settings.ts'
import { loadScenarios, pickScenarios } from '../run/load-scenarios.ts'
import { architectureNames, architectureOf } from '../stack/architectures.ts'
import { loadOwn } from '../stack/load-own.ts'
import { nodeBinary, programFile } from '../stack/node-binary.ts'
import { chooseRuntime } from '../stack/runtimes.ts'
import { readCosts } from '../stack/simulation/costs-file.ts'
import { type AfterRunOptions, afterRun, checkAfterRun } from './after-run.ts'
import { exitCodes } from './exit-codes.ts'
import { runSimulated } from './simulated-run.ts'
import { onStopRequests } from './stop-requests.ts'
import { seedOf, wholeNumber } from './whole-number.ts'
import { writableFile, writableFolder } from './writable.ts'

export interface RunOptions extends AfterRunOptions {
  architecture?: string
  runtime: string
  seed?: number
  out: string
  json?: string
  twin?: boolean
  costs?: string
  repeat?: number
  shard?: string
  stacks?: number
  watch?: boolean
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('run scenarios and print the scoreboard')
    .argument('[name...]', 'scenarios; all if none is named')
    .option(
      '--architecture <names>',
      `one or more of ${architectureNames.join(', ')} and those of scenarios/architectures.ts, separated by commas; default: all`,
    )
    .option('--runtime <name>', 'auto, containers, processes or simulation', 'auto')
    .option('--seed <n>', 'repeats the schedule of an earlier run', seedOf)
    .option('--out <folder>', 'where the results go', 'firebreak-results')
    .option('--json <file>', 'write the results file here too')
    .option('--costs <file>', 'for simulations: what `firebreak calibrate` wrote; default: what is shipped')
    .option('--twin', 'before each run the same without its faults: what the faults add is the difference')
    .option('--repeat <n>', 'run each so often', wholeNumber(1, 1_000))
    .option('--shard <i/n>', 'only this part of them, for one of n machines: "2/3"', shardOf)
    .option(
      '--stacks <n>',
      'stacks at a time, each with a crowd of its own; default: one for two cores, four at most',
      wholeNumber(1, maxStacks),
    )
    .option('--watch', 'run the one that is named again whenever its file is saved, on a stack that stays up')
    .option('--baseline <file>', 'hold the results against what was held before')
    .option('--update-baseline', 'write down what is held now, in that file')
    .option('--junit <file>', 'write JUnit XML')
    .option('--summary <file>', 'write a summary in Markdown')
    .option('--noise <file>', 'what `firebreak noise` wrote; default: firebreak-noise.json, if it is there')
    .addHelpText(
      'after',
      '\nExit codes: 0 all held, 1 something broke, 2 something is not proven, 3 harness error, 64 wrong usage.',
    )
    .action(async (names: string[], options: RunOptions) => {
      process.exitCode = await run(names, options)
    })
}

/** Runs scenarios by their names, or all; resolves to the exit code. */
export async function run(names: string[], options: RunOptions): Promise<number> {
  const known = await loadOwn()
  if (options.watch) {
    const { watchScenario } = await import('./watch.ts')
    return await watchScenario({ ...watchable(options), names })
  }
  const picked = pickScenarios(await loadScenarios(), names)
  const wanted = options.architecture?.split(',').map(name => name.trim()) ?? known.map(({ name }) => name)
  const architectures = [...new Set(wanted)].map(name => architectureOf(name).name)
  if (options.runtime !== 'simulation') await chooseRuntime(options.runtime)
  checkAfterRun(options)
  if (options.stacks !== undefined && options.runtime === 'simulation')
    throw new UsageError('--stacks is for real services: a simulation takes all cores as it is')
  const costs = costsOf(options)
  const noise = noiseFileOf(options.noise)
  settings() // Throws for what the environment gets wrong.
  const out = writableFolder(options.out, `--out ${options.out}`)
  const json = options.json === undefined ? undefined : writableFile(options.json, `--json ${options.json}`)
  // The reporter writes it at the end; an old one must not be taken for it.
  const results = join(out, 'results.json')
  rmSync(results, { force: true })
  if (options.runtime === 'simulation') {
    const { seed, twin = false, repeat = 1, shard } = options
    const code = await runSimulated({ picked, architectures, seed, twin, repeat, shard, costs, out, json })
    return afterRun(results, code, options)
  }

  const ended = await runPlaywright(
    [
      // Its own files too: several runs may go on at once, and each empties this folder when it begins.
      `--output=${join(out, 'playwright')}`,
      ...architectures.map(name => `--project=${name}`),
      ...(options.repeat === undefined ? [] : [`--repeat-each=${options.repeat}`]),
      ...(options.shard === undefined ? [] : [`--shard=${options.shard}`]),
      // Playwright looks for it in "project file title".
      ...(names.length === 0 ? [] : [`--grep=\\s(${picked.map(({ name }) => name).join('|')}): `]),
    ],
    {
      FIREBREAK_RUNTIME: options.runtime,
      FIREBREAK_OUT: out,
      ...(json === undefined ? {} : { FIREBREAK_JSON: json }),
      ...(options.twin ? { FIREBREAK_TWIN: '1' } : {}),
      ...(options.shard === undefined ? {} : { FIREBREAK_SHARD: options.shard }),
      ...(options.stacks === undefined ? {} : { FIREBREAK_STACKS: String(options.stacks) }),
      ...(noise === undefined ? {} : { FIREBREAK_NOISE: noise }),
      ...(options.seed === undefined ? {} : { FIREBREAK_SEED: String(options.seed) }),
    },
  )
  if (ended.stoppedBy) return 128 + osConstants.signals[ended.stoppedBy]
  if (ended.killedBy) {
    throw new HarnessError(
      `the test runner was ended by ${ended.killedBy}, and with it the run. What it had started is being removed; \`firebreak doctor\` shows whether anything is left.`,
    )
  }
  return afterRun(results, exitCodeIn(results, ended.code), options)
}

/** What of the options there is beside --watch. */
function watchable({ architecture, runtime, seed, ...rest }: RunOptions) {
  const { watch: _, out: __, ...others } = rest
  const [first] = Object.keys(others)
  if (first !== undefined)
    throw new UsageError(
      `--watch: without --${first.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}, since it writes no results`,
    )
  return { architecture, runtime, seed }
}

interface Ended {
  code: number | null
  /** The signal by which this process was told to stop, and the runner through it. */
  stoppedBy: NodeJS.Signals | undefined
  /** The signal that somebody else ended the runner with. */
  killedBy: NodeJS.Signals | null
}

/** Runs Playwright's test runner over the scenarios. It ends with this process, whatever ends this process. */
function runPlaywright(args: string[], env: Record<string, string>): Promise<Ended> {
  const require = createRequire(import.meta.url)
  const cli = join(dirname(require.resolve('@playwright/test/package.json')), 'cli.js')
  const child = spawn(nodeBinary(), [cli, 'test', `--config=${programFile('playwright.config')}`, ...args], {
    // The reporter reads from the pipe, and stops the run when it ends.
    stdio: ['pipe', 'inherit', 'inherit'],
    // A group of its own: Ctrl-C in a terminal comes here alone, and what hangs can be ended together.
    detached: true,
    env: { ...process.env, ...env, FIREBREAK_PARENT_PIPE: '1' },
  })
  let stoppedBy: NodeJS.Signals | undefined
  process.stderr.on('error', () => {})
  onStopRequests({
    inOrder(signal) {
      stoppedBy = signal
      say('stopping: faults are undone, and what was measured is reported; again, and all is removed at once')
      // It stops in order only on SIGINT.
      child.kill('SIGINT')
    },
    atOnce(signal) {
      stoppedBy = signal
      say('removing everything at once')
      // With its workers, also one that hangs. The watchdogs of their stacks then remove these.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    },
  })
  return new Promise((resolve, reject) => {
    child.once('error', error =>
      reject(new HarnessError(`Playwright could not be started: ${error.message}`)),
    )
    child.once('close', (code, killedBy) => resolve({ code, stoppedBy, killedBy }))
  })
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** The exit code that the results say. A runner that ended without results has failed. */
function exitCodeIn(results: string, runnerCode: number | null): number {
  try {
    const { exitCode } = JSON.parse(readFileSync(results, 'utf8')) as { exitCode: number }
    // All held, and yet the runner is not content: something outside the scenarios failed, such as a clean-up.
    return exitCode === 0 && runnerCode !== 0 ? exitCodes.harness : exitCode
  } catch {
    return exitCodes.harness
  }
}

function shardOf(text: string): string {
  const [, part, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  if (Number(part) >= 1 && Number(part) <= Number(of)) return text
  throw new InvalidArgumentError('it is i/n, with i from 1 to n: "2/3".')
}

/** The noise file to print from, read once to see that it is one. One that is asked for must be there. */
function noiseFileOf(asked: string | undefined): string | undefined {
  const file = resolve(asked ?? 'firebreak-noise.json')
  if (readNoise(file)) return file
  if (asked === undefined) return undefined
  throw new UsageError(`--noise ${asked}: there is no such file; "firebreak noise" makes one`)
}

/** Only a simulation has costs: with real services these are what they are. */
function costsOf({ costs, runtime }: Pick<RunOptions, 'costs' | 'runtime'>) {
  if (costs === undefined) return undefined
  if (runtime === 'simulation') return { file: costs, costs: readCosts(costs) }
  throw new UsageError('--costs is for simulations: add --runtime simulation')
}
