/** What `firebreak calibrate` writes: what things cost on one machine. */
import { z } from 'zod'
import { readWritten } from '../../outcome/read-results.ts'
import { programs } from '../topology.ts'
import type { Costs } from './costs.ts'

const ms = z.number().positive().max(60_000)
const fileSchema = z.strictObject({
  schema: z.literal(1),
  measuredAt: z.string(),
  node: z.string(),
  cores: z.number().int().positive(),
  costs: z.strictObject({
    hopMs: ms,
    requestMs: z.record(z.enum(programs), ms),
    answerMs: ms,
    hashMs: ms,
    startMs: ms,
    visitMs: ms,
  }),
})

export function costsJson(
  { cores, ...costs }: Costs & { cores: number },
  about: { measuredAt: string; node: string },
): string {
  return `${JSON.stringify({ schema: 1, ...about, cores, costs }, null, 2)}\n`
}

/** Throws a UsageError for a file that cannot be read, or is none of these. */
export function readCosts(path: string): Costs {
  const { cores, costs } = readWritten(path, fileSchema, 'firebreak calibrate')
  return { ...costs, cores }
}
