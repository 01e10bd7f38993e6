import { z } from 'zod'
import type { RuntimeName } from '../stack/driver.ts'
import * as config from './config/index.ts'
import * as data from './data/index.ts'
import * as deploy from './deploy/index.ts'
import type { Fault, Layer, Means, Need } from './fault.ts'
import * as key from './key/index.ts'
import * as load from './load/index.ts'
import * as network from './network/index.ts'
import * as process from './process/index.ts'
import * as time from './time/index.ts'

/** Every fault, by layer. A new one is its file, its test, and a line in the index of its layer. */
export const constructors = [network, process, config, deploy, data, key, time, load].flatMap(layer =>
  Object.entries(layer as Record<string, Constructor>).map(([name, make]) => ({
    /** What a scenario imports it as. */
    name,
    // Each checks its parameters itself.
    make: make as unknown as (params: unknown) => Fault,
    definition: make.definition,
  })),
)

/** The one that makes faults of a kind; undefined for a kind that there is not. */
export function constructorOf(kind: string): ((params: unknown) => Fault) | undefined {
  return constructors.find(({ definition }) => definition.kind === kind)?.make
}

export const catalogue = constructors.map(({ definition }) => entryOf(definition))

export interface CatalogueEntry {
  kind: string
  layer: string
  summary: string
  /** JSON Schema of the parameters, as a scenario writes them. */
  params: unknown
  /** Where it can be injected, */
  runtimes: readonly RuntimeName[]
  /** and on which of those it is not the real thing. */
  imitated: readonly RuntimeName[]
  /** What it asks of a stack. */
  needs: readonly Need[]
}

type Constructor = { definition: Definition } & ((params: never) => Fault)

interface Definition {
  kind: string
  layer: Layer
  summary: string
  params: z.ZodType
  runtimes: Readonly<Partial<Record<RuntimeName, Means>>>
  needs: readonly Need[]
}

function entryOf({ kind, layer, summary, params, runtimes, needs }: Definition): CatalogueEntry {
  const names = Object.keys(runtimes) as RuntimeName[]
  return {
    kind,
    layer,
    summary,
    params: z.toJSONSchema(params, { io: 'input' }),
    runtimes: names,
    imitated: names.filter(name => runtimes[name] === 'imitated'),
    needs,
  }
}
