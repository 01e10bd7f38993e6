/** What may be sent to the status page, and asked of it. */
import { z } from 'zod'
import { bucketMs } from './counts.ts'
import { surfaces } from './products.ts'

export const reportKinds = ['cannot-sign-in', 'signed-out', 'not-loading', 'other'] as const
export type ReportKind = (typeof reportKinds)[number]

const app = z.string().min(1).max(40)

export const reportSchema = z.object({
  app,
  region: z.string().min(1).max(16).optional(),
  surface: z.enum(surfaces).optional(),
  kind: z.enum(reportKinds),
  /** An opaque id; the same person sends the same. */
  reporter: z.string().min(1).max(200),
})
export type Report = z.output<typeof reportSchema>

const stepsMax = 2_000
const defaultSpanMs = 300_000
const integer = z
  .string()
  .regex(/^\d{1,15}$/, 'a whole number')
  .transform(Number)

/** A query for a curve; times in ms since the epoch. Steps are whole buckets, so that no report falls into two. */
export const curveQuerySchema = z
  .object({ app, fromMs: integer.optional(), toMs: integer.optional(), stepMs: integer.optional() })
  .transform(({ app, fromMs, toMs = Date.now() + 1, stepMs = 1_000 }) => ({
    app,
    toMs,
    stepMs,
    fromMs: fromMs ?? Math.max(0, toMs - defaultSpanMs),
  }))
  .refine(({ stepMs }) => stepMs > 0 && stepMs % bucketMs === 0, {
    path: ['stepMs'],
    message: `not a multiple of ${bucketMs}`,
  })
  .refine(({ fromMs, toMs }) => fromMs < toMs, { path: ['fromMs'], message: 'not before the end' })
  .refine(({ fromMs, toMs, stepMs }) => (toMs - fromMs) / stepMs <= stepsMax, {
    path: ['stepMs'],
    message: `more than ${stepsMax} steps; ask for a shorter span or longer steps`,
  })
