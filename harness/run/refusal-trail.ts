/** What the services wrote down about the credentials they refused, by the trace of the request. */
import { z } from 'zod'
import type { Refusal } from '../outcome/attribution.ts'

const lineSchema = z.object({
  service: z.string(),
  event: z.literal('credential-refused'),
  trace: z.string(),
  reason: z.string(),
  hops: z.array(
    z.object({
      to: z.string(),
      path: z.string(),
      status: z.number().optional(),
      failure: z.string().optional(),
    }),
  ),
})

/** A line without this is of something else; most are. */
const mark = '"credential-refused"'

/** Reads the logs of all services; what is no such line is passed over. */
export function refusalsIn(logs: Readonly<Record<string, readonly string[]>>): Map<string, Refusal[]> {
  const refusals = new Map<string, Refusal[]>()
  for (const line of Object.values(logs).flat()) {
    const parsed = line.includes(mark) ? lineSchema.safeParse(jsonOf(line)).data : undefined
    if (!parsed) continue
    const { trace, event: _, ...refusal } = parsed
    refusals.set(trace, [...(refusals.get(trace) ?? []), refusal])
  }
  return refusals
}

function jsonOf(line: string): unknown {
  try {
    // Some runtimes put something of their own before it.
    return JSON.parse(line.slice(line.indexOf('{')))
  } catch {
    return undefined
  }
}
