import { z } from 'zod'
import { mitigationsSchema } from './mitigations.ts'

/** A JSON text in an environment variable. */
export function jsonText<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch (error) {
        context.addIssue({ code: 'custom', message: `not JSON: ${(error as Error).message}` })
        return z.NEVER
      }
    })
    .pipe(schema)
}

/** What every service is told through its environment. */
export const commonEnv = z.object({
  NAME: z.string().min(1),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Base address of each service that this one calls, by the name it knows it by. */
  LINKS: jsonText(z.record(z.string(), z.string())).default({}),
  MITIGATIONS: mitigationsSchema,
  /** A folder that the service may write to. */
  DATA_DIR: z.string().optional(),
})

/**
 * Parses the environment of a service. What is wrong is written out in full, once, and the process ends with 64:
 * a service that guesses its settings is worse than one that does not start.
 */
export function readEnv<T extends z.ZodType>(schema: T): z.output<T> {
  const parsed = schema.safeParse(process.env)
  if (parsed.success) return parsed.data
  process.stderr.write(`environment: ${z.prettifyError(parsed.error)}\n`)
  process.exit(64)
}
