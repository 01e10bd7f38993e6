/** The command line. Started by firebreak.js, which first makes sure that this Node can read it. */
import { CommanderError } from 'commander'
import { HarnessError, messageOf, UsageError } from '../errors.ts'
import { exitCodes } from './exit-codes.ts'
import { createProgram } from './program.ts'

try {
  await (await createProgram(process.argv[2])).parseAsync()
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
