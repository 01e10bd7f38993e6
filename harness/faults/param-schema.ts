/** The parts of a JSON Schema that say what a fault's parameters may be, for those who show them. */
import { z } from 'zod'

export const paramSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
})
export type ParamSchema = z.output<typeof paramSchema>

/** A bound that somebody meant; undefined where there is none. Zod bounds every integer by what a number can hold. */
export function boundOf(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value
}
