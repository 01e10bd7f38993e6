/** What `firebreak sensitivity --json` writes, and who reads it again. */
import { z } from 'zod'
import { UsageError } from '../errors.ts'
import { readText } from './read-results.ts'
import type { SensitivityCell, SensitivityFindings } from './sensitivity.ts'

const verdict = z.enum(['held', 'broke', 'not-proven', 'error'])
const fileSchema = z.looseObject({
  schema: z.literal(1),
  seed: z.number(),
  runtime: z.literal('simulation'),
  cells: z.array(
    z.object({
      scenario: z.string(),
      architecture: z.string(),
      removed: z.string().nullable(),
      verdict,
      forcedLogouts: z.number().nullable(),
      isolation: z.number().nullable(),
      reasons: z.array(z.string()),
    }),
  ),
  needs: z.array(
    z.object({
      scenario: z.string(),
      mitigation: z.string(),
      brokeOn: z.array(z.string()),
      notOn: z.array(z.string()),
      confirmed: z.boolean(),
    }),
  ),
  deadWeight: z.array(z.object({ scenario: z.string(), architecture: z.string(), verdict })),
  unproven: z.array(z.string()),
})

/** The matrix and what follows from it. */
export interface Sensitivity extends SensitivityFindings {
  seed: number
  cells: SensitivityCell[]
}

export function sensitivityJson({ seed, cells, ...findings }: Sensitivity): string {
  return `${JSON.stringify({ schema: 1, seed, runtime: 'simulation', cells, ...findings }, null, 2)}\n`
}

/** Throws a UsageError for a file that cannot be read, or is none of these. */
export function readSensitivity(path: string): Sensitivity {
  const text = readText(path, 'firebreak sensitivity --json')
  const wrong = (why: string) =>
    new UsageError(`${path}: ${why}. Give a file written by "firebreak sensitivity --json".`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('is not JSON')
  }
  const parsed = fileSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw wrong(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`)
}
