#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { exitCodes } from './exit-codes.ts'

// Older versions cannot read the rest of the program, so this is said before it is loaded.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `firebreak needs Node 24 or newer, and this is ${process.version}.\nRun it as "npx firebreak" in the project after "npm ci", which brings the right one.\n`,
  )
  process.exit(exitCodes.usage)
}

const { addDoctor } = await import('./doctor.ts')
const { addList } = await import('./list.ts')
const { addRun } = await import('./run.ts')
const { HarnessError, messageOf, UsageError } = await import('../errors.ts')

const program = new Command('firebreak')
  .description('Reproduces the outage that logs everyone out, and measures who falls.')
  .showHelpAfterError()
  .exitOverride()
addRun(program)
addList(program)
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
