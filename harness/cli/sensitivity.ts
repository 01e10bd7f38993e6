/** `firebreak sensitivity`: what each mitigation is good for, by taking it away, in simulation. */
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { UsageError } from '../errors.ts'
import {
  type Needs,
  removalOf,
  removalsFor,
  type SensitivityCell,
  sensitivityFindings,
} from '../outcome/sensitivity.ts'
import { sensitivityJson } from '../outcome/sensitivity-file.ts'
import { exitCodeOf } from '../outcome/verdict.ts'
import { renderSensitivity } from '../report/sensitivity-table.ts'
import { styleFor } from '../report/style.ts'
import { loadScenarios, type NamedScenario, pickScenarios } from '../run/load-scenarios.ts'
import { type Architecture, architectureOf, isPredicted } from '../stack/architectures.ts'
import { loadOwn } from '../stack/load-own.ts'
import type { SimulatedRun, SimulationJob } from '../stack/simulation/job.ts'
import { simulateAll } from '../stack/simulation/workers.ts'
import { seedOf } from './whole-number.ts'

interface SensitivityOptions {
  architecture: string
  seed?: number
  json?: string
  needs?: boolean
}

interface Trial {
  job: SimulationJob
  base: string
  removed: string | null
}

const write = (line: string) => void process.stdout.write(`${line}\n`)
const usual = 'hardened,cellular'

export function addSensitivity(program: Command): void {
  program
    .command('sensitivity')
    .description(
      'run scenarios with each mitigation removed in turn, in simulation: which of them each needs',
    )
    .argument('[name...]', 'scenarios; all if none is named')
    .option('--architecture <names>', 'whose mitigations are removed, separated by commas', usual)
    .option('--seed <n>', 'repeats an earlier one', seedOf)
    .option('--needs', 'remove only what scenarios say that they need')
    .option('--json <file>', 'write what was found here')
    .addHelpText(
      'after',
      '\nExit codes: 0 every need of a scenario is confirmed, 1 one is not, 3 harness error, 64 wrong usage.',
    )
    .action(async (names: string[], options: SensitivityOptions) => {
      process.exitCode = await sensitivity(names, options)
    })
}

/** Resolves to the exit code. */
export async function sensitivity(names: string[], options: SensitivityOptions): Promise<number> {
  await loadOwn()
  const picked = pickScenarios(await loadScenarios(), names)
  const wanted = options.architecture.split(',').map(name => architectureOf(name.trim()))
  const bare = wanted.find(({ mitigations }) => mitigations.length === 0)
  if (bare) throw new UsageError(`--architecture ${bare.name}: it has no mitigation that could be removed`)
  const seed = options.seed ?? randomInt(2 ** 31 - 1)
  const trials = wanted.flatMap(architecture => trialsOf(picked, architecture, seed, options.needs === true))
  write(`firebreak sensitivity  ${trials.length} runs in simulation, seed ${seed}\n`)
  const runs = await simulateAll(
    trials.map(({ job }) => job),
    { done: progressOf(trials) },
  )
  const cells = runs.map(({ run }, index) => cellOf(trials[index] as Trial, run))
  const findings = sensitivityFindings(cells, needsOf(picked, wanted))
  for (const line of renderSensitivity(cells, findings, styleFor(process.stdout))) write(line)
  if (options.json !== undefined) {
    writeFileSync(resolve(options.json), sensitivityJson({ seed, cells, ...findings }))
  }
  if (cells.some(({ verdict }) => verdict === 'error')) return exitCodeOf(['error'])
  return findings.needs.every(({ confirmed, tried }) => confirmed || !tried) ? 0 : exitCodeOf(['broke'])
}

function trialsOf(
  picked: readonly NamedScenario[],
  architecture: Architecture,
  seed: number,
  onlyNeeds: boolean,
): Trial[] {
  const { name: base, mitigations } = architecture
  return picked
    .filter(named => isPredicted(named.scenario.verdict, architecture))
    .flatMap(({ name: scenario, scenario: about }) => {
      const named = needsAmong(about, mitigations)
      const removals = removalsFor(onlyNeeds ? named : { ...named, needs: mitigations })
      return [[], ...removals].map(removed => ({
        job: { scenario, architecture: without(architecture, removed), seed, twin: false },
        ...{ base, removed: removed.length === 0 ? null : removalOf(removed) },
      }))
    })
}

/** Those needs that can be tried with some mitigations: of a group all have to be there. */
function needsAmong({ needs = [], needsOneOf = [] }: Needs, mitigations: readonly string[]): Needs {
  return {
    needs: needs.filter(need => mitigations.includes(need)),
    needsOneOf: needsOneOf.filter(group => group.every(each => mitigations.includes(each))),
  }
}

/** Held to the predictions of the one that it is made from. */
function without(architecture: Architecture, removed: readonly string[]): Architecture {
  const { name, mitigations, base = name } = architecture
  if (removed.length === 0) return architecture
  return {
    name: `${name}-without-${removed.join('-')}`,
    mitigations: mitigations.filter(each => !removed.includes(each)),
    base: base as NonNullable<Architecture['base']>,
  }
}

/** Those needs that one of the architectures has at all. */
function needsOf(picked: readonly NamedScenario[], wanted: readonly Architecture[]): Record<string, Needs> {
  const known = [...new Set<string>(wanted.flatMap(({ mitigations }) => mitigations))]
  return Object.fromEntries(picked.map(({ name, scenario }) => [name, needsAmong(scenario, known)]))
}

function cellOf({ job, base, removed }: Trial, run: SimulatedRun['run']): SensitivityCell {
  const { verdict, reasons, outcome, notRunnable } = run
  return {
    ...{ scenario: job.scenario, architecture: base, removed, verdict },
    forcedLogouts: outcome?.forcedLogouts.count ?? null,
    isolation: outcome?.isolation ?? null,
    reasons,
    notRunnable,
  }
}

function progressOf(trials: readonly Trial[]): (run: SimulatedRun, index: number) => void {
  const began = performance.now()
  let ended = 0
  return ({ run }, index) => {
    ended += 1
    const { job, base, removed } = trials[index] as Trial
    const seconds = ((performance.now() - began) / 1_000).toFixed(1).padStart(6)
    const what = removed === null ? base : `${base} without ${removed.replaceAll('+', ' and ')}`
    write(`${seconds} s  ${job.scenario.padEnd(20)} ${what}: ${run.verdict} (${ended} of ${trials.length})`)
  }
}
