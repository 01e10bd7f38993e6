/** What `firebreak sensitivity --json` writes, and who reads it again. */
import { z } from 'zod'
import { readWritten } from './read-results.ts'
import type { SensitivityCell, SensitivityFindings } from './sensitivity.ts'
import { verdicts } from './verdict.ts'

const verdict = z.enum(verdicts)
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
      notRunnable: z.string().optional(),
    }),
  ),
  needs: z.array(
    z.object({
      scenario: z.string(),
      mitigation: z.string(),
      brokeOn: z.array(z.string()),
      notOn: z.array(z.string()),
      confirmed: z.boolean(),
      tried: z.boolean().default(true),
    }),
  ),
  deadWeight: z.array(z.object({ scenario: z.string(), architecture: z.string(), verdict })),
  unnamed: z
    .array(z.object({ scenario: z.string(), mitigation: z.string(), brokeOn: z.array(z.string()) }))
    .default([]),
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
  return readWritten(path, fileSchema, 'firebreak sensitivity --json')
}
