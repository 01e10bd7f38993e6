import { z } from 'zod'
import { discoverySchema } from './discovery.ts'
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
  /** The instance: `auth-1`. */
  NAME: z.string().min(1),
  /** What it is an instance of, and the name of its configuration document: `auth`. */
  ROLE: z.string().min(1),
  /** Where it stands: edges, and whatever belongs to a cell. */
  REGION: z.string().min(1).optional(),
  /** The cell that it belongs to. */
  CELL: z.string().min(1).optional(),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Base address of each instance that this one calls, by its name. */
  LINKS: jsonText(z.record(z.string(), z.string())).default({}),
  MITIGATIONS: mitigationsSchema,
  /** A folder that the service may write to. */
  DATA_DIR: z.string().optional(),
  /** Where the services were when this one was deployed; the document `discovery` says it anew at run time. */
  DISCOVERY: jsonText(discoverySchema).default({ cells: [], services: {} }),
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
