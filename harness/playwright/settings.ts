/**
 * What a run was asked for, passed to Playwright's processes through the environment: `firebreak run` sets it from its
 * options, and `npx playwright test` alone takes what is there.
 */
import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { UsageError } from '../errors.ts'

/** Stacks at a time. A stack has some twenty processes or containers, and networks of which an engine has few. */
export const maxStacks = 16

const settingsSchema = z.object({
  FIREBREAK_RUNTIME: z.string().default('auto'),
  FIREBREAK_SEED: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1),
  /** Folder for the results. */
  FIREBREAK_OUT: z.string().default('firebreak-results'),
  /** One more copy of the results file. */
  FIREBREAK_JSON: z.string().optional(),
  /** Before each run the same without its faults. */
  FIREBREAK_TWIN: z.enum(['0', '1']).default('0'),
  /** Stacks at a time. Without it, one for two cores. */
  FIREBREAK_STACKS: z.coerce.number().int().min(1).max(maxStacks).optional(),
  /** The noise floor to print beside the numbers. */
  FIREBREAK_NOISE: z.string().optional(),
  /** This machine's part of the scenarios. */
  FIREBREAK_SHARD: z.string().optional(),
  /** Set by the global set-up: what `auto` came to. */
  FIREBREAK_RUNTIME_CHOSEN: z.enum(['containers', 'processes']).optional(),
})
export type Settings = z.output<typeof settingsSchema>

/** The settings. A seed is drawn once and put into the environment, so that every process of a run has the same. */
export function settings(): Settings {
  process.env.FIREBREAK_SEED ??= String(randomInt(2 ** 31 - 1))
  const parsed = settingsSchema.safeParse(process.env)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return `environment variable ${name} is "${process.env[name]}": ${message}`
  })
  throw new UsageError(problems.join('\n'))
}
