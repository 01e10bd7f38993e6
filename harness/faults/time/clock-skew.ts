/**
 * The clock of a service is wrong, as on a machine that has lost its time server: tokens are expired before their time,
 * or not yet good, or good for too long. A container has no clock of its own, so that the service is started again with
 * one that lies to it (harness/builds/skewed-clock.ts), one instance after the other.
 */
import { z } from 'zod'
import { HarnessError, messageOf } from '../../errors.ts'
import type { ServiceVersion } from '../../stack/service-control.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Topology } from '../../stack/topology.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { servicePattern, serviceProblems, servicesNamed } from '../services.ts'
import { type ClockReading, clockInAnswer, clockInLog } from './clock-reading.ts'

const skewMsMin = 2_000
const skewMsMax = 24 * 3_600_000

export const clockSkew = defineFault({
  kind: 'clock-skew',
  layer: 'time',
  summary: 'The clock of a service is wrong',
  params: z.strictObject({
    service: servicePattern,
    /** How far its clock is ahead, ms; behind, if negative. */
    skewMs: z
      .number()
      .int()
      .min(-skewMsMax)
      .max(skewMsMax)
      .refine(
        skewMs => Math.abs(skewMs) >= skewMsMin,
        `less than ${skewMsMin} ms cannot be seen from outside`,
      ),
  }),
  // The start cuts them, at both ends.
  connections: 'cut',
  runtimes: { containers: 'imitated', processes: 'imitated', simulation: 'imitated' },
  target: ({ service }) => service,
  problems: ({ service }, topology) => clockProblems(service, topology),
  holds: ({ service }, topology) => servicesNamed(service, topology).map(name => `instance:${name}`),
  inject: ({ service, skewMs }, stack) =>
    injectClockSkew(servicesNamed(service, stack.topology), skewMs, stack),
})

function clockProblems(service: string, topology: Topology): string[] {
  const problems = serviceProblems(service, topology)
  if (problems.length > 0) return problems
  const named = servicesNamed(service, topology)
  const databases = topology.services.filter(
    ({ name, program }) => program === 'postgres' && named.includes(name),
  )
  return databases.map(({ name }) => `${name} is a database, which has the machine's clock; name a service`)
}

type SkewStack = Pick<Stack, 'services' | 'control' | 'logs'>

/** For the instances of these names. */
export async function injectClockSkew(
  names: readonly string[],
  skewMs: number,
  stack: SkewStack,
): Promise<Injected> {
  const clocks = new Clocks(names, skewMs, stack)
  try {
    await clocks.skew()
  } catch (error) {
    await clocks.undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
  return clocks
}

/** One instance after the other: what is wrong is the clock, not that nobody is there. */
class Clocks implements Injected {
  readonly #names: readonly string[]
  readonly #skewMs: number
  readonly #stack: SkewStack
  /** Those that may still have the wrong one. */
  readonly #wrong = new Set<string>()
  /** What each said at its last start. */
  readonly #atStart = new Map<string, ClockReading | undefined>()

  constructor(names: readonly string[], skewMs: number, stack: SkewStack) {
    this.#names = names
    this.#skewMs = skewMs
    this.#stack = stack
  }

  async skew(): Promise<void> {
    const version = { build: 'skewed-clock', env: { SKEW_MS: String(this.#skewMs) } }
    for (const name of this.#names) {
      this.#wrong.add(name)
      await this.#start(name, version)
    }
  }

  async undo(): Promise<void> {
    for (const name of [...this.#wrong]) {
      await this.#start(name)
      this.#wrong.delete(name)
    }
  }

  async undoHard(): Promise<void> {
    for (const name of this.#names) {
      // It may be gone already.
      await this.#stack.services.kill(name).catch(() => {})
      await this.#start(name)
      this.#wrong.delete(name)
    }
  }

  async evidence(): Promise<Evidence[]> {
    const seen = this.#names.map(async name => {
      const reading = await this.#read(name)
      if (!reading || !this.#isSkewed(reading)) return []
      return [{ fault: 'clock-skew', target: name, witness: reading.witness, observed: reading.said }]
    })
    return (await Promise.all(seen)).flat()
  }

  async remains(): Promise<string[]> {
    const seen = this.#names.map(async name => {
      const reading = await this.#read(name)
      if (!reading) throw new HarnessError(`nothing says what the clock of ${name} shows`)
      return this.#isSkewed(reading) ? [`the clock of ${name} is still wrong: ${reading.said}`] : []
    })
    return (await Promise.all(seen)).flat()
  }

  async #start(name: string, version?: ServiceVersion): Promise<void> {
    await this.#stack.services.start(name, version)
    this.#atStart.set(name, clockInLog(this.#stack, name, Date.now()))
  }

  async #read(name: string): Promise<ClockReading | undefined> {
    return (await clockInAnswer(this.#stack, name)) ?? this.#atStart.get(name)
  }

  /** Nearer to the skew than to the right time. */
  #isSkewed({ aheadMs }: ClockReading): boolean {
    return Math.abs(aheadMs - this.#skewMs) < Math.abs(this.#skewMs) / 2
  }
}
