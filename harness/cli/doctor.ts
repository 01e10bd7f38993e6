import type { Command } from 'commander'
import { messageOf } from '../errors.ts'
import { findEngine } from '../stack/containers/engine.ts'
import { surveyStacks } from '../stack/survey.ts'
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
    `engine      ${engine.ok ? engine.description : `none: ${engine.why}; the processes runtime needs none`}`,
  )
  const { running, dead } = await surveyStacks({ engine: engine.ok })
  for (const { stack, what } of running) say(`running     ${stack}: ${what}`)
  const problems: string[] = []
  for (const { stack, what, remove } of dead) {
    try {
      if (!dryRun) await remove()
      say(`${dryRun ? 'left over  ' : 'removed    '} ${stack}: ${what}`)
    } catch (error) {
      problems.push(`${stack}: ${messageOf(error)}`)
    }
  }
  if (dead.length === 0) say('leftovers   none')
  for (const problem of problems) say(`stuck       ${problem}`)
  return problems.length > 0 ? exitCodes.harness : 0
}
