/** What the faults of processes have in common: whom they are for, and what is done to several at once. */
import { z } from 'zod'
import { HarnessError, messageOf } from '../../errors.ts'
import type { ServiceControl, ServiceStatus } from '../../stack/service-control.ts'
import type { Evidence } from '../fault.ts'
import { servicePattern } from '../services.ts'

/** Whom: services and databases, all that are named or the first of them. */
export const processTarget = {
  service: servicePattern,
  instances: z.enum(['all', 'one']).default('all'),
}

/** Does something to all of them. Waits for the last: one under way after a failure would come after its undo. */
export async function toAll(
  names: readonly string[],
  what: string,
  act: (name: string) => Promise<unknown>,
): Promise<void> {
  const results = await Promise.allSettled(names.map(act))
  const errors = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ name: names[index], reason: result.reason as unknown }] : [],
  )
  if (errors.length === 0) return
  const words = errors.map(({ name, reason }) => `${name}: ${messageOf(reason)}`).join('; ')
  throw new HarnessError(`${what}: ${words}`, { cause: errors[0]?.reason })
}

/** Puts it on all; if that rejects, nobody else knows of it yet, so it is taken back here. */
export async function putOnOrBack(putOn: () => Promise<void>, undo: () => Promise<void>): Promise<void> {
  try {
    await putOn()
  } catch (error) {
    await undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
}

export interface Look extends ServiceStatus {
  name: string
}

export function lookAtAll(
  services: Pick<ServiceControl, 'status'>,
  names: readonly string[],
): Promise<Look[]> {
  return Promise.all(names.map(async name => ({ name, ...(await services.status(name)) })))
}

/** In words: `ended by SIGKILL`, `paused`, `running`. */
export function stateInWords({ state, ended }: ServiceStatus): string {
  return state === 'ended' ? (ended ?? 'ended') : state
}

/** Starts instances, and remembers those that were not seen to listen: such a one may run and be of no use. */
export class Starter {
  readonly #kind: string
  readonly #services: ServiceControl
  readonly #unfinished = new Set<string>()

  constructor(kind: string, services: ServiceControl) {
    this.#kind = kind
    this.#services = services
  }

  async start(name: string): Promise<void> {
    this.#unfinished.add(name)
    await this.#services.start(name)
    this.#unfinished.delete(name)
  }

  /** Starts those that have ended, whoever ended them, or never listened, and lets those go on that are paused. */
  async makeRun(names: readonly string[]): Promise<void> {
    await toAll(names, `${this.#kind} could not be undone`, async name => {
      if ((await this.#services.status(name)).state === 'paused') await this.#services.resume(name)
      // It may have ended just now.
      const { state } = await this.#services.status(name)
      if (state === 'ended' || this.#unfinished.has(name)) await this.start(name)
    })
  }
}

export async function notRunning(services: ServiceControl, names: readonly string[]): Promise<string[]> {
  return (await lookAtAll(services, names))
    .filter(({ state }) => state !== 'running')
    .map(look => `${look.name} is ${stateInWords(look)}`)
}

/** What the runtime says of those for whom there are words. */
export async function seenByRuntime(
  kind: string,
  services: Pick<ServiceControl, 'status'>,
  names: readonly string[],
  words: (look: Look) => string | undefined,
): Promise<Evidence[]> {
  return (await lookAtAll(services, names)).flatMap(look => {
    const observed = words(look)
    return observed === undefined ? [] : [{ fault: kind, target: look.name, witness: 'runtime', observed }]
  })
}
