/** What `firebreak calibrate` writes: what things cost on one machine. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { messageOf, UsageError } from '../../errors.ts'
import type { Costs } from './costs.ts'

const ms = z.number().positive().max(60_000)
const fileSchema = z.strictObject({
  schema: z.literal(1),
  measuredAt: z.string(),
  node: z.string(),
  cores: z.number().int().positive(),
  costs: z.strictObject({
    hopMs: ms,
    requestMs: z.strictObject({
      ...{ postgres: ms, config: ms, auth: ms, app: ms, edge: ms, status: ms, cache: ms, audit: ms },
    }),
    answerMs: ms,
    hashMs: ms,
    startMs: ms,
  }),
})

export function costsJson(costs: Costs, about: { measuredAt: string; node: string; cores: number }): string {
  return `${JSON.stringify({ schema: 1, ...about, costs }, null, 2)}\n`
}

/** Throws a UsageError for a file that cannot be read, or is none of these. */
export function readCosts(path: string): Costs {
  const advice = 'Give a file written by "firebreak calibrate".'
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--costs ${path} cannot be read: ${messageOf(error)}. ${advice}`, { cause: error })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UsageError(`--costs ${path}: is not JSON. ${advice}`)
  }
  const parsed = fileSchema.safeParse(value)
  if (parsed.success) return parsed.data.costs
  const [issue] = parsed.error.issues
  throw new UsageError(
    `--costs ${path}: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}. ${advice}`,
  )
}
