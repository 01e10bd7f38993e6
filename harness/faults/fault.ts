/**
 * What a fault is. One fault = one file here + one test + one line in the catalogue; the same word is file name, kind
 * and label in the report. A fault is data until it is injected: it can be listed, validated and drawn.
 */
import { z } from 'zod'
import { ScenarioError } from '../errors.ts'
import type { RuntimeName } from '../stack/driver.ts'
import type { Stack } from '../stack/stack.ts'
import type { Topology } from '../stack/topology.ts'

export const layers = ['network', 'process', 'config', 'deploy', 'data', 'key', 'time', 'load'] as const
export type Layer = (typeof layers)[number]

/** Proof from a second witness that a fault took effect. No evidence, no claim: the run is `not proven`. */
export interface Evidence {
  fault: string
  target: string
  /** Who says so: not the one who injected it. */
  witness: string
  observed: string
}

/** A fault that is on. */
export interface Injected {
  /** What shows that it has taken effect so far; asked right before the undo. Empty if nothing does. */
  evidence(): Promise<Evidence[]>
  /** Takes it back. Idempotent. Rejects if it could not. */
  undo(): Promise<void>
}

/** A fault, ready to be injected. */
export interface Fault {
  readonly kind: string
  readonly layer: Layer
  /** What it is aimed at, in words: a link or a service. */
  readonly target: string
  readonly params: Readonly<Record<string, unknown>>
  /** What happens to connections that stand when it comes: they go on and feel it, or they are cut. */
  readonly connections: 'kept' | 'cut'
  /** What does not fit a topology: an unknown link or service. */
  problems(topology: Topology): string[]
  inject(stack: Stack): Promise<Injected>
}

export interface FaultDefinition<P extends Record<string, unknown>> {
  kind: string
  layer: Layer
  /** One line for the catalogue. */
  summary: string
  params: z.ZodType<P>
  connections: Fault['connections']
  runtimes: readonly RuntimeName[]
  target(params: P): string
  problems(params: P, topology: Topology): string[]
  inject(params: P, stack: Stack): Promise<Injected>
}

/** Makes a fault of its parameters. Throws ScenarioError naming each parameter that is wrong. */
export interface FaultConstructor<P extends Record<string, unknown>, I> {
  (params: I): Fault
  readonly definition: FaultDefinition<P>
}

export function defineFault<P extends Record<string, unknown>, I>(
  definition: Omit<FaultDefinition<P>, 'params'> & { params: z.ZodType<P, I> },
): FaultConstructor<P, I> {
  const construct = (input: I): Fault => {
    const parsed = definition.params.safeParse(input)
    if (!parsed.success) {
      throw new ScenarioError(`${definition.kind}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`)
    }
    const params = parsed.data
    return {
      kind: definition.kind,
      layer: definition.layer,
      target: definition.target(params),
      params,
      connections: definition.connections,
      problems: topology => definition.problems(params, topology),
      inject: stack => definition.inject(params, stack),
    }
  }
  return Object.assign(construct, { definition })
}
