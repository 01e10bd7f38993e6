/**
 * A load generator as a program, so that the crowd's measuring has its own event loop to itself.
 *
 * Standard input: a line with the plan (plan.ts), the line `begin` once it has said that it is ready, then nothing until
 * the line `stop`. When the input ends, whoever started it is gone: it ends at once. Standard output: one JSON text a
 * line. Exit code 0, or 64 for a wrong plan.
 */
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { messageOf } from '../errors.ts'
import { Generator } from './generator.ts'
import { beginWord, type LoadPlan, type LoadReport, loadPlanSchema, stopWord } from './plan.ts'

const reportEveryMs = 100
/** After the plan's time and a client's patience: it must have ended by then. */
const graceMs = 2_000

const lines = createInterface({ input: process.stdin })
lines.once('line', line => void run(planOf(line)))
lines.once('close', () => process.exit(0))

function planOf(line: string): LoadPlan {
  try {
    return loadPlanSchema.parse(JSON.parse(line))
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)
    process.stderr.write(`the plan of the load does not make sense: ${problem}\n`)
    process.exit(64)
  }
}

async function run(plan: LoadPlan): Promise<void> {
  await using generator = new Generator(plan)
  const told = Promise.withResolvers<void>()
  lines.on('line', line => {
    const word = line.trim()
    if (word === stopWord) generator.stop()
    if (word === stopWord || word === beginWord) told.resolve()
  })
  await generator.prepare()
  say({ event: 'ready' })
  await told.promise
  setTimeout(() => process.exit(0), plan.maxMs + plan.timeoutMs + graceMs).unref()
  const reporting = setInterval(() => say({ event: 'counts', counts: generator.counts }), reportEveryMs)
  await generator.run()
  clearInterval(reporting)
  await new Promise<void>(resolve => {
    process.stdout.write(lineOf({ event: 'stopped', counts: generator.counts }), () => resolve())
  })
  process.exit(0)
}

function say(report: LoadReport): void {
  process.stdout.write(lineOf(report))
}

function lineOf(report: LoadReport): string {
  return `${JSON.stringify(report)}\n`
}
