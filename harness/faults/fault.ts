/**
 * What a fault is. One fault = one file in the folder of its layer + one test + one line in that folder's index; the same
 * word is file name, kind and label in the report. A fault is data until it is injected: it can be listed, validated and
 * drawn. A user's own is made by `defineFault` in a file of their own, and works the same.
 */
import { z } from 'zod'
import { ScenarioError } from '../errors.ts'
import type { RuntimeName } from '../stack/driver.ts'
import type { Stack } from '../stack/stack.ts'
import { parts } from '../stack/stack-parts.ts'
import type { Topology } from '../stack/topology.ts'

export const layers = ['network', 'process', 'config', 'deploy', 'data', 'key', 'time', 'load'] as const
export type Layer = (typeof layers)[number]

/** How a runtime does it: by the real mechanism, or by something that looks the same from outside. */
export type Means = 'real' | 'imitated'

/**
 * What a fault can ask of a stack beyond what every stack has:
 * `http-toxics` (the project's own fault proxy), `replica` (auth reads from a replica of its database), `tls` (auth is
 * called over TLS), and the parts of stack-parts.ts.
 */
export const needs = ['http-toxics', 'replica', 'tls', ...parts] as const
export type Need = (typeof needs)[number]

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
  /** Takes it back. Idempotent; may be tried again after it rejected. Rejects if it could not. */
  undo(): Promise<void>
  /**
   * The hard way, where `undo` failed or took too long: replaces what is broken (a service, the proxy) instead of mending
   * it. Default: the services that the fault holds are restarted and the fault proxy is replaced.
   */
  undoHard?(): Promise<void>
  /** Where it revoked sessions on purpose: when, as auth's store has it, ms since the epoch. Nobody is forced out by that. */
  readonly revokedAtMs?: number
  /** What is still not as it was, in words, looked at after the undo by other means than the undo itself. */
  remains?(): Promise<string[]>
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
  readonly runtimes: Readonly<Partial<Record<RuntimeName, Means>>>
  readonly needs: readonly Need[]
  /** What does not fit a topology: an unknown link or service. */
  problems(topology: Topology): string[]
  /** What it has for itself while it is on, as `instance:auth-1` or `document:auth`: no two may hold the same at once. */
  holds(topology: Topology): string[]
  inject(stack: Stack): Promise<Injected>
}

export interface FaultDefinition<P extends Record<string, unknown>> {
  kind: string
  layer: Layer
  /** One line for the catalogue. */
  summary: string
  params: z.ZodType<P>
  connections: Fault['connections']
  runtimes: Fault['runtimes']
  needs: readonly Need[]
  target(params: P): string
  problems(params: P, topology: Topology): string[]
  holds(params: P, topology: Topology): string[]
  inject(params: P, stack: Stack): Promise<Injected>
}

type Optional = 'connections' | 'runtimes' | 'needs' | 'problems' | 'holds'

/** Makes a fault of its parameters. Throws ScenarioError naming each parameter that is wrong. */
export interface FaultConstructor<P extends Record<string, unknown>, I> {
  (params: I): Fault
  readonly definition: FaultDefinition<P>
}

/**
 * A new kind of fault. Without saying otherwise it keeps connections, is real on every runtime, asks nothing special of
 * a stack, fits every topology and holds nothing for itself.
 */
export function defineFault<P extends Record<string, unknown>, I>(
  given: Omit<FaultDefinition<P>, 'params' | Optional> &
    Partial<Pick<FaultDefinition<P>, Optional>> & { params: z.ZodType<P, I> },
): FaultConstructor<P, I> {
  const definition: FaultDefinition<P> = {
    connections: 'kept',
    runtimes: { containers: 'real', processes: 'real', simulation: 'imitated' },
    needs: [],
    problems: () => [],
    holds: () => [],
    ...given,
  }
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
      runtimes: definition.runtimes,
      needs: definition.needs,
      problems: topology => definition.problems(params, topology),
      holds: topology => definition.holds(params, topology),
      inject: stack => definition.inject(params, stack),
    }
  }
  return Object.assign(construct, { definition })
}
