/** The command line. Started by firebreak.js, which first makes sure that this Node can read it. */
import { Command, CommanderError } from 'commander'
import { HarnessError, messageOf, UsageError } from '../errors.ts'
import { addCompare } from './compare.ts'
import { addDoctor } from './doctor.ts'
import { exitCodes } from './exit-codes.ts'
import { addExplain } from './explain.ts'
import { addList } from './list.ts'
import { addMerge } from './merge.ts'
import { addNoise } from './noise.ts'
import { addReport } from './report.ts'
import { addRun } from './run.ts'
import { addSensitivity } from './sensitivity.ts'
import { addUp } from './up.ts'

const program = new Command('firebreak')
  .description('Reproduces the outage that logs everyone out, and measures who falls.')
  .showHelpAfterError()
  .exitOverride()
addRun(program)
addUp(program)
addNoise(program)
addSensitivity(program)
addList(program)
addReport(program)
addExplain(program)
addCompare(program)
addMerge(program)
addDoctor(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** A user's mistake gets a short message, a bug its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  if (error instanceof UsageError) {
    process.stderr.write(`error: ${error.message}\n`)
    return exitCodes.usage
  }
  if (error instanceof HarnessError) {
    process.stderr.write(`error: ${error.message}\n`)
    return exitCodes.harness
  }
  process.stderr.write(
    `firebreak itself failed: ${error instanceof Error ? error.stack : messageOf(error)}\n`,
  )
  return exitCodes.harness
}
