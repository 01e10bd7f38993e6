/** `firebreak noise`: repeats the run in which nothing is broken, and writes down what it shows all the same. */
import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { type Noise, noiseOf } from '../outcome/noise.ts'
import { parseResults } from '../outcome/results.ts'
import { exitCodes } from './exit-codes.ts'
import { type RunOptions, run } from './run.ts'
import { wholeNumber } from './whole-number.ts'

/** Where `run` looks for it. */
export const noiseFile = 'firebreak-noise.json'
const calm = 'calm'
const runsMax = 1_000

interface NoiseOptions {
  runs: number
  architecture?: string
  runtime: string
  out: string
  file: string
}

export function addNoise(program: Command): void {
  program
    .command('noise')
    .description('repeat a run in which nothing is broken, and write down the noise floor of every number')
    .option('--runs <n>', 'how many, on each architecture', wholeNumber(1, runsMax, 'a number of runs'), 30)
    .option('--architecture <names>', 'one or more, separated by commas; default: all')
    .option('--runtime <name>', 'auto, containers or processes', 'auto')
    .option('--out <folder>', 'where the results go', 'firebreak-results')
    .option('--file <path>', 'the noise file; `run` prints what is in it beside its numbers', noiseFile)
    .action(async (options: NoiseOptions) => {
      process.exitCode = await measureNoise(options)
    })
}

async function measureNoise({ runs, file, ...options }: NoiseOptions): Promise<number> {
  const asked: RunOptions = { ...options, repeat: runs, seed: randomInt(2 ** 31 - 1) }
  const code = await run([calm], asked)
  const path = join(resolve(options.out), 'results.json')
  if (code === exitCodes.harness || code > exitCodes.usage) return code
  const results = parseResults(readFileSync(path, 'utf8'), path)
  const noise = noiseOf(results.runs, results.runtime, new Date().toISOString())
  writeFileSync(resolve(file), `${JSON.stringify(noise, null, 2)}\n`)
  for (const line of renderNoise(noise)) process.stdout.write(`${line}\n`)
  process.stdout.write(`noise    ${resolve(file)}\n`)
  return code
}

/** The table, 80 columns wide at most. */
export function renderNoise({ runtime, architectures }: Noise): string[] {
  const row = ([first = '', ...cells]: readonly string[]) =>
    `  ${first.padEnd(16)}${cells.map(cell => cell.padStart(12)).join('')}`
  return [
    '',
    `noise floor on ${runtime}`,
    row(['architecture', 'quiet', 'isolation', 'goodput', 'harm, p99', 'harm, worst']),
    ...Object.entries(architectures).map(([name, { runs, alarms, isolation, goodput, harm, harmMax }]) =>
      row([
        name,
        `${runs - alarms}/${runs}`,
        ...[isolation, goodput, harm, harmMax].map(each => each.toFixed(4)),
      ]),
    ),
    '',
  ]
}
