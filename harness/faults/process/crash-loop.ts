/**
 * A service crashes, is started again, and crashes again soon after it has come up, as one does that dies of what it
 * finds at its start: it is there now and then, for long enough to be found and not long enough to be of use.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { ServiceControl } from '../../stack/service-control.ts'
import { instanceHolds, instancesOf } from '../deploy/targets.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { serviceProblems } from '../services.ts'
import { notRunning, processTarget, putOnOrBack, Starter, toAll } from './processes.ts'

const params = z.strictObject({
  ...processTarget,
  /** How long it stays down after a crash, ms. */
  downMs: z.number().int().min(100).max(60_000).default(1_000),
  /** How long it is up until the next, ms. */
  upMs: z.number().int().min(0).max(60_000).default(500),
})
type CrashLoop = z.output<typeof params>

export const crashLoop = defineFault({
  kind: 'crash-loop',
  layer: 'process',
  summary: 'A service crashes again and again, soon after each start',
  params,
  connections: 'cut',
  target: ({ service }) => service,
  problems: ({ service }, topology) => serviceProblems(service, topology),
  holds: ({ service, instances }, topology) => instanceHolds(service, instances, topology),
  async inject(given, { services, topology }) {
    const loops = new CrashLoops(given, services, instancesOf(given.service, given.instances, topology))
    await loops.begin()
    return loops
  },
})

/** The first crash of each has come when `begin` resolves. */
class CrashLoops implements Injected {
  readonly #given: CrashLoop
  readonly #services: ServiceControl
  readonly #names: readonly string[]
  readonly #starter: Starter
  readonly #ended = new AbortController()
  /** As the runtime saw them. */
  readonly #crashes = new Map<string, number>()
  #loops: Promise<unknown> = Promise.resolve()

  constructor(given: CrashLoop, services: ServiceControl, names: readonly string[]) {
    this.#given = given
    this.#services = services
    this.#names = names
    this.#starter = new Starter('crash-loop', services)
  }

  async begin(): Promise<void> {
    await putOnOrBack(
      () => toAll(this.#names, 'crash-loop', name => this.#crash(name)),
      () => this.undo(),
    )
    this.#loops = Promise.all(this.#names.map(name => this.#loop(name)))
  }

  async undo(): Promise<void> {
    this.#ended.abort()
    await this.#loops
    await this.#starter.makeRun(this.#names)
  }

  async evidence(): Promise<Evidence[]> {
    return [...this.#crashes].map(([target, crashes]) => ({
      fault: 'crash-loop',
      target,
      witness: 'runtime',
      observed: `seen dead ${crashes} times`,
    }))
  }

  remains(): Promise<string[]> {
    return notRunning(this.#services, this.#names)
  }

  async #loop(name: string): Promise<void> {
    while (!this.#ended.signal.aborted) {
      // A start that fails, or an engine that is away for a moment, does not end it.
      await this.#turn(name).catch(() => {})
    }
  }

  async #turn(name: string): Promise<void> {
    const { signal } = this.#ended
    await sleep(this.#given.downMs, undefined, { signal })
    await this.#starter.start(name)
    await sleep(this.#given.upMs, undefined, { signal })
    await this.#crash(name)
  }

  async #crash(name: string): Promise<void> {
    await this.#services.kill(name)
    const { state } = await this.#services.status(name)
    if (state === 'ended') this.#crashes.set(name, (this.#crashes.get(name) ?? 0) + 1)
  }
}
