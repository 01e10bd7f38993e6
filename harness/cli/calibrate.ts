/** `firebreak calibrate`: what the services cost on this machine, for simulations. */
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { architectureOf } from '../stack/architectures.ts'
import { loadArchitectures } from '../stack/load-architectures.ts'
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

const write = (line: string) => void process.stdout.write(`${line}\n`)

export function addCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('measure on processes what the services cost on this machine, for simulations with --costs')
    .option('--architecture <name>', 'of the stack that is watched', 'hardened')
    .option('--file <path>', 'where it is written', 'firebreak-costs.json')
    .action(async ({ architecture, file }: CalibrateOptions) => {
      await loadArchitectures()
      const wanted = architectureOf(architecture)
      const target = writableFile(file, `--file ${file}`)
      const stop = new AbortController()
      const end = () => stop.abort(new Error('told to stop'))
      process.once('SIGINT', end).once('SIGTERM', end)
      write(`firebreak calibrate  ${wanted.name} on processes; the machine should do nothing else`)
      const say = (line: string) => write(`  ${line}`)
      await using stack = await startStack({
        runtime: 'processes',
        architecture: wanted,
        log: say,
        signal: stop.signal,
      })
      const given = Promise.withResolvers<never>()
      given.promise.catch(() => {})
      stop.signal.addEventListener('abort', () => given.reject(stop.signal.reason), { once: true })
      const costs = costsOf(await Promise.race([useOf(stack, randomInt(2 ** 31 - 1), say), given.promise]))
      const about = {
        measuredAt: new Date().toISOString(),
        node: process.versions.node,
        cores: availableParallelism(),
      }
      writeFileSync(target, costsJson(costs, about))
      for (const line of renderCosts(costs)) write(line)
      write(`costs    ${target}`)
    })
}

/** The table, 80 columns wide at most. */
export function renderCosts(costs: Costs): string[] {
  const flat = ({ requestMs, ...rest }: Costs): [string, number][] => [
    ...Object.entries(requestMs).map(([program, ms]): [string, number] => [`a request, ${program}`, ms]),
    ['an answer read', rest.answerMs],
    ['a hop', rest.hopMs],
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
