import { z } from 'zod'
import type { RuntimeName } from '../stack/driver.ts'
import { configPush } from './config-push.ts'
import type { Layer } from './fault.ts'
import { latency } from './latency.ts'
import { reset } from './reset.ts'
import { timeout } from './timeout.ts'

/** Every fault. A new one is its file, its test, and its line here. */
export const catalogue = [latency, timeout, reset, configPush].map(({ definition }) => entryOf(definition))

export interface CatalogueEntry {
  kind: string
  layer: string
  summary: string
  /** JSON Schema of the parameters, as a scenario writes them. */
  params: unknown
  runtimes: readonly string[]
}

interface Definition {
  kind: string
  layer: Layer
  summary: string
  params: z.ZodType
  runtimes: readonly RuntimeName[]
}

function entryOf({ kind, layer, summary, params, runtimes }: Definition): CatalogueEntry {
  return { kind, layer, summary, params: z.toJSONSchema(params, { io: 'input' }), runtimes }
}
