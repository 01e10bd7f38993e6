/** The crowd and the load generators of a simulation: the same code as elsewhere, not in processes of their own. */
import {
  Crowd,
  type CrowdHistory,
  type CrowdOptions,
  type Expiring,
  type Recorded,
} from '../../crowd/crowd.ts'
import type { RunningCrowd } from '../../crowd/crowd-process.ts'
import { Generator } from '../../load/generator.ts'
import type { RunningLoad } from '../../load/load-process.ts'
import { type LoadCounts, type LoadPlan, loadPlanSchema } from '../../load/plan.ts'

export class VirtualCrowd implements RunningCrowd {
  readonly #crowd: Crowd
  #hasBegun = false
  #scheduleLagMs = 0
  readonly cpuMs = 0

  constructor(options: CrowdOptions) {
    this.#crowd = new Crowd(options)
  }

  get recorded(): Recorded {
    return this.#crowd.recorded
  }

  warmUp(): Promise<Expiring[]> {
    return this.#crowd.warmUp()
  }

  async start(options?: { beginsAtMs?: number }): Promise<void> {
    const starting = this.#crowd.start(options)
    await starting
    this.#hasBegun = true
  }

  now(): number {
    return this.#hasBegun ? this.#crowd.now() : Number.NEGATIVE_INFINITY
  }

  takeLoadOff(forMs: number): Promise<void> {
    return this.#crowd.takeLoadOff(forMs)
  }

  async finish(options: { early?: boolean } = {}): Promise<CrowdHistory> {
    const history = await this.#crowd.finish(options)
    this.#scheduleLagMs = this.#crowd.scheduleLagMs
    return history
  }

  get scheduleLagMs(): number {
    return this.#scheduleLagMs
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#crowd[Symbol.asyncDispose]()
  }
}

export class VirtualLoad implements RunningLoad {
  readonly pid = 0
  #generator: Generator | undefined
  #running: Promise<void> = Promise.resolve()
  #isAlive = false

  async begin(plan: LoadPlan, look: () => Promise<void> = async () => {}): Promise<void> {
    this.#generator = new Generator(loadPlanSchema.parse(plan))
    await this.#generator.prepare()
    await look()
    this.#isAlive = true
    this.#running = this.#generator.run().finally(() => {
      this.#isAlive = false
    })
  }

  get counts(): LoadCounts {
    return this.#generator?.counts ?? { begun: 0, requests: 0, well: 0, inFlight: 0 }
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  async stop(): Promise<void> {
    this.#generator?.stop()
    await this.#running
    await this.#generator?.[Symbol.asyncDispose]()
  }

  kill(): Promise<void> {
    return this.stop()
  }
}
