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
  #crowd: Crowd | undefined
  #hasBegun = false
  #scheduleLagMs = 0
  readonly cpuMs = 0

  get recorded(): Recorded {
    return this.#told.recorded
  }

  warmUp(options: CrowdOptions): Promise<Expiring[]> {
    this.#crowd = new Crowd(options)
    return this.#crowd.warmUp()
  }

  async start(options?: { beginsAtMs?: number }): Promise<void> {
    await this.#told.start(options)
    this.#hasBegun = true
  }

  now(): number {
    return this.#hasBegun ? this.#told.now() : Number.NEGATIVE_INFINITY
  }

  takeLoadOff(forMs: number): Promise<void> {
    return this.#told.takeLoadOff(forMs)
  }

  async finish(options: { early?: boolean } = {}): Promise<CrowdHistory> {
    const history = await this.#told.finish(options)
    this.#scheduleLagMs = this.#told.scheduleLagMs
    return history
  }

  get scheduleLagMs(): number {
    return this.#scheduleLagMs
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crowd?.[Symbol.asyncDispose]()
  }

  get #told(): Crowd {
    if (!this.#crowd) throw new Error('the crowd has not been told what it is')
    return this.#crowd
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
