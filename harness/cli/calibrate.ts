/** `firebreak calibrate`: what the services cost on this machine, for simulations. */
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { architectureOf } from '../stack/architectures.ts'
import { loadOwn } from '../stack/load-own.ts'
import { useOf } from '../stack/simulation/calibrate.ts'
import { costsOf } from '../stack/simulation/calibration.ts'
import { type Costs, usualCosts } from '../stack/simulation/costs.ts'
import { costsJson } from '../stack/simulation/costs-file.ts'
import { startStack } from '../stack/stack.ts'
import { writableFile } from './writable.ts'

interface CalibrateOptions {
  architecture: string
  file: string
}

/** As a shell has it for who is told to stop by Ctrl-C. */
const stoppedCode = 130
const write = (line: string) => void process.stdout.write(`${line}\n`)

export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('measure on processes what the services cost on this machine, for simulations with --costs')
    .option('--architecture <name>', 'of the stack that is watched', 'hardened')
    .option('--file <path>', 'where it is written', 'firebreak-costs.json')
    .action(async (options: CalibrateOptions) => {
      const stop = new AbortController()
      const end = () => stop.abort(new Error('told to stop'))
      process.once('SIGINT', end).once('SIGTERM', end)
      try {
        await calibrate(options, stop.signal)
      } catch (error) {
        if (!stop.signal.aborted) throw error
        write('  removed everything, as told')
        process.exitCode = stoppedCode
      }
    })
}

async function calibrate({ architecture: name, file }: CalibrateOptions, signal: AbortSignal): Promise<void> {
  await loadOwn()
  const architecture = architectureOf(name)
  const target = writableFile(file, `--file ${file}`)
  write(`firebreak calibrate  ${name} on processes; the machine should do nothing else`)
  const say = (line: string) => write(`  ${line}`)
  await using stack = await startStack({ runtime: 'processes', architecture, log: say, signal })
  const costs = costsOf(await useOf(stack, { seed: randomInt(2 ** 31 - 1), say, signal }))
  const about = {
    measuredAt: new Date().toISOString(),
    node: process.versions.node,
  }
  writeFileSync(target, costsJson({ ...costs, cores: availableParallelism() }, about))
  for (const line of renderCosts(costs)) write(line)
  write(`costs    ${target}`)
}

/** The table, 80 columns wide at most. */
export function renderCosts(costs: Costs): string[] {
  const flat = ({ requestMs, ...rest }: Costs): [string, number][] => [
    ...Object.entries(requestMs).map(([program, ms]): [string, number] => [`a request, ${program}`, ms]),
    ['an answer read', rest.answerMs],
    ['a hop', rest.hopMs],
    ['a visit, the crowd', rest.visitMs],
    ['a hash', rest.hashMs],
    ['a start', rest.startMs],
  ]
  const shipped = new Map(flat(usualCosts))
  const row = (what: string, here: string, usual: string) =>
    `  ${what.padEnd(22)}${here.padStart(12)}${usual.padStart(12)}`
  return [
    '',
    row('ms', 'here', 'shipped'),
    ...flat(costs).map(([what, ms]) =>
      row(what, ms.toFixed(2), (shipped.get(what) ?? Number.NaN).toFixed(2)),
    ),
    '',
  ]
}
