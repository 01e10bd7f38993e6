/** `firebreak explore`: looks for what breaks an architecture, in simulation, and confirms it with real processes. */
import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { type Schedule, wordsOf } from '../explore/drawn.ts'
import { explore, type Found } from '../explore/explore.ts'
import { foundScenario } from '../explore/found-scenario.ts'
import { exploredKinds } from '../explore/schedules.ts'
import type { RunResult } from '../outcome/results.ts'
import { exitCodeOf } from '../outcome/verdict.ts'
import { importedAs, projectAround } from '../project.ts'
import { verdictWord } from '../report/scoreboard.ts'
import { type Style, styleFor } from '../report/style.ts'
import { type Architecture, architectureOf } from '../stack/architectures.ts'
import { loadOwn } from '../stack/load-own.ts'
import { longDurationOf } from './long-duration.ts'
import { seedOf } from './whole-number.ts'

interface ExploreCommandOptions {
  architecture: string
  budget: number
  seed?: number
  out: string
  confirm: boolean
}

const write = (line: string) => void process.stdout.write(`${line}\n`)

export function addExplore(program: Command): void {
  program
    .command('explore')
    .description('look for a schedule of faults that breaks an architecture, in simulation')
    .option('--architecture <name>', 'whose promises are tried', 'hardened')
    .option('--budget <duration>', 'how long to look, from 10s to 60m', longDurationOf('--budget'), 60_000)
    .option('--seed <n>', 'repeats an earlier one', seedOf)
    .option('--out <folder>', 'where what was found goes', 'firebreak-results')
    .option('--no-confirm', 'without running what was found with real processes')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing was found, 1 something was, 3 harness error, 64 wrong usage.',
    )
    .action(async (options: ExploreCommandOptions) => {
      process.exitCode = await run(options)
    })
}

async function run({
  architecture: name,
  budget,
  seed = randomInt(2 ** 31 - 1),
  out,
  confirm,
}: ExploreCommandOptions): Promise<number> {
  await loadOwn()
  const architecture = architectureOf(name)
  const style = styleFor(process.stdout)
  write(`${style.bold('firebreak explore')}  ${architecture.name}, ${budget / 1_000} s, seed ${seed}\n`)
  const began = performance.now()
  const { tried, found } = await explore({
    architecture,
    seed,
    budgetMs: budget,
    tried: (schedule, each) => write(lineOf(schedule, each, performance.now() - began, style)),
  })
  for (const line of coverage(tried)) write(line)
  if (!found) {
    write(`\n${style.green('nothing was found')} in ${tried.length} schedules`)
    return 0
  }
  await say(found, { architecture, seed, out, confirm, style })
  return exitCodeOf(['broke'])
}

interface SayOptions {
  architecture: Architecture
  seed: number
  out: string
  confirm: boolean
  style: Style
}

async function say({ schedule, run: broken, drawn, shrinks }: Found, options: SayOptions): Promise<void> {
  const { architecture, seed, out, style } = options
  write(`\n${style.red('found')}    ${wordsOf(schedule)}`)
  if (wordsOf(drawn) !== wordsOf(schedule))
    write(`         shrunk in ${shrinks} tries from: ${wordsOf(drawn)}`)
  for (const line of broken.reasons.join('\n').split('\n')) write(`         ${line}`)
  const folder = resolve(out, 'found')
  const file = join(folder, `found-${architecture.name}-${seed}.ts`)
  const importFrom = importedAs(await projectAround(), folder)
  const { reasons } = broken
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, foundScenario({ schedule, architecture: architecture.name, reasons, seed, importFrom }))
  write(`scenario ${file}`)
  if (!options.confirm) return
  // It takes all that real processes take, and is loaded when they are asked.
  const { confirmed } = await import('./confirmed.ts')
  write(`         on processes: ${await confirmed(schedule, architecture, seed)}`)
}

function lineOf(schedule: Schedule, { verdict, ...rest }: RunResult, passedMs: number, style: Style): string {
  const word = verdictWord({ verdict, ...rest })
  const paint = verdict === 'held' ? style.green : style.red
  return `${style.dim(`${(passedMs / 1_000).toFixed(1).padStart(6)} s`)}  ${paint(word.padEnd(10))} ${wordsOf(schedule)}`
}

/** Which kinds, on what, how often. */
function coverage(tried: readonly Schedule[]): string[] {
  const faults = tried.flat()
  const kinds = Map.groupBy(faults, ({ kind }) => kind)
  const missed = exploredKinds.filter(kind => !kinds.has(kind))
  return [
    '',
    `  tried ${tried.length} schedules with ${faults.length} faults: ${kinds.size} of ${exploredKinds.length} kinds`,
    ...[...kinds]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([kind, own]) => {
        const targets = Map.groupBy(own, ({ params }) => String(params.link ?? params.service ?? 'sessions'))
        return `    ${kind.padEnd(18)} ${[...targets].map(([target, each]) => `${target} x${each.length}`).join(', ')}`
      }),
    ...(missed.length === 0 ? [] : [`    not yet            ${missed.join(', ')}`]),
  ]
}
