/**
 * A service is stopped in order and started again at once, as for an update of its machine, once or several times. What
 * it had in memory is gone, and so are its connections; what it has on disk stays.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { ServiceControl } from '../../stack/service-control.ts'
import { instanceHolds, instancesOf } from '../deploy/targets.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { serviceProblems } from '../services.ts'
import { lookAtAll, notRunning, processTarget, putOnOrBack, Starter, toAll } from './processes.ts'

const params = z.strictObject({
  ...processTarget,
  /** How often. */
  times: z.number().int().min(1).max(20).default(1),
  /** From the end of one to the begin of the next, ms. */
  everyMs: z.number().int().min(0).max(60_000).default(1_000),
  /** One instance after the other, instead of all at once. */
  rolling: z.boolean().default(false),
})
type Restart = z.output<typeof params>

export const restart = defineFault({
  kind: 'restart',
  layer: 'process',
  summary: 'A service is stopped and started again',
  params,
  connections: 'cut',
  target: ({ service }) => service,
  problems: ({ service }, topology) => serviceProblems(service, topology),
  holds: ({ service, instances }, topology) => instanceHolds(service, instances, topology),
  async inject(given, { services, topology }) {
    const restarts = new Restarts(given, services, instancesOf(given.service, given.instances, topology))
    await restarts.begin()
    return restarts
  },
})

/** The first one is over when `begin` resolves; the others come by themselves until the undo. */
class Restarts implements Injected {
  readonly #given: Restart
  readonly #services: ServiceControl
  readonly #names: readonly string[]
  readonly #starter: Starter
  readonly #ended = new AbortController()
  #before = new Map<string, number>()
  #others: Promise<void> = Promise.resolve()

  constructor(given: Restart, services: ServiceControl, names: readonly string[]) {
    this.#given = given
    this.#services = services
    this.#names = names
    this.#starter = new Starter('restart', services)
  }

  async begin(): Promise<void> {
    this.#before = await this.#starts()
    await putOnOrBack(
      () => this.#once(),
      () => this.undo(),
    )
    this.#others = this.#goOn()
    // What fails there is for the undo and the heal check to see.
    this.#others.catch(() => {})
  }

  async undo(): Promise<void> {
    this.#ended.abort()
    await this.#others.catch(() => {})
    await this.#starter.makeRun(this.#names)
  }

  async evidence(): Promise<Evidence[]> {
    const now = await this.#starts()
    return this.#names.flatMap(name => {
      const more = (now.get(name) ?? 0) - (this.#before.get(name) ?? 0)
      const observed = `started ${more} times since`
      return more > 0 ? [{ fault: 'restart', target: name, witness: 'runtime', observed }] : []
    })
  }

  remains(): Promise<string[]> {
    return notRunning(this.#services, this.#names)
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#ended
    for (let done = 1; done < this.#given.times; done += 1) {
      await sleep(this.#given.everyMs, undefined, { signal })
      await this.#once()
    }
  }

  async #once(): Promise<void> {
    const start = (name: string) => this.#starter.start(name)
    if (!this.#given.rolling) return toAll(this.#names, 'restart', start)
    for (const name of this.#names) {
      if (this.#ended.signal.aborted) return
      await toAll([name], 'restart', start)
    }
  }

  async #starts(): Promise<Map<string, number>> {
    const looks = await lookAtAll(this.#services, this.#names)
    return new Map(looks.map(({ name, starts }) => [name, starts]))
  }
}
