import type { Command } from 'commander'
import { messageOf } from '../errors.ts'
import { findEngine, listStackLeftovers, removeStackContainers } from '../stack/containers/engine.ts'
import { Ledger } from '../stack/ledger.ts'
import { type Leftovers, leftoversOf, sweep } from '../stack/sweep.ts'
import { exitCodes } from './exit-codes.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check this machine, and remove what dead runs have left on it')
    .option('--dry-run', 'only show what there is')
    .action(async ({ dryRun }: { dryRun?: boolean }) => {
      process.exitCode = await doctor(dryRun === true)
    })
}

const say = (line: string) => process.stdout.write(`${line}\n`)

async function doctor(dryRun: boolean): Promise<number> {
  say(`node        ${process.version}`)
  const engine = await findEngine()
  say(
    `engine      ${engine.ok ? engine.description : `none (${engine.why}); the processes runtime needs none`}`,
  )
  const ledgers = Ledger.all()
  const alive = ledgers.filter(ledger => ledger.ownerIsAlive())
  for (const ledger of alive) say(`running     ${describe(leftoversOf(ledger))}`)

  const problems: string[] = []
  let found = 0
  for (const ledger of ledgers.filter(each => !alive.includes(each))) {
    found += 1
    try {
      const leftovers = dryRun ? leftoversOf(ledger) : await sweep(ledger)
      say(`${dryRun ? 'left over  ' : 'removed    '} ${describe(leftovers)}`)
    } catch (error) {
      problems.push(`${ledger.stack}: ${messageOf(error)}`)
    }
  }
  // Containers whose ledger is gone: the engine was away when the rest was removed.
  const known = new Set(alive.map(({ stack }) => stack))
  const orphans = engine.ok ? (await listStackLeftovers()).filter(({ stack }) => !known.has(stack)) : []
  for (const { stack, containers, networks } of orphans) {
    found += 1
    const what = `${stack}: ${containers.length} containers, ${networks.length} networks`
    try {
      if (!dryRun) await removeStackContainers(stack)
      say(`${dryRun ? 'left over  ' : 'removed    '} ${what}`)
    } catch (error) {
      problems.push(`${what}: ${messageOf(error)}`)
    }
  }
  if (found === 0) say('leftovers   none')
  for (const problem of problems) say(`stuck       ${problem}`)
  return problems.length > 0 ? exitCodes.harness : 0
}

function describe({ stack, processes, containers }: Leftovers): string {
  const names = processes.map(({ service, pid }) => `${service} (pid ${pid})`)
  const parts = [
    ...(containers ? ['containers'] : []),
    ...(names.length > 0 ? names : containers ? [] : ['a folder']),
  ]
  return `${stack}: ${parts.join(', ')}`
}
