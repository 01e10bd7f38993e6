/** Everything that looks at a stack during one run: the crowd in a process of its own, and the probes of an outside observer. */
import { randomBytes } from 'node:crypto'
import type { CrowdHistory } from '../crowd/crowd.ts'
import { CrowdProcess } from '../crowd/crowd-process.ts'
import { crowdStackOf } from '../crowd/operator.ts'
import { familyCrowd } from '../crowd/population.ts'
import { type ProbeRecord, Prober } from '../diagnosis/prober.ts'
import { signInVisitors } from '../diagnosis/visitors.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'
import { unlessAborted } from './deadline.ts'
import { pushMs } from './push.ts'
import { letRunOut } from './session-truth.ts'

export interface MeasuringOptions {
  name: string
  scenario: Pick<Scenario, 'timelineMs' | 'arrivals'>
  stack: Stack
  seed: number
  /** Gives the start up, for its reason. */
  signal?: AbortSignal | undefined
}

export class Measuring implements AsyncDisposable {
  readonly crowd: CrowdProcess
  readonly #prober: Prober

  private constructor(crowd: CrowdProcess, prober: Prober) {
    this.crowd = crowd
    this.#prober = prober
  }

  /** Signs everybody in, and begins. Resolves when the timeline begins; rejects with HarnessError, leaving nothing. */
  static async begin({ name, scenario, stack, seed, signal }: MeasuringOptions): Promise<Measuring> {
    const run = `${name}-${randomBytes(2).toString('hex')}`
    const crowd = new CrowdProcess(stack.id, {
      stack: crowdStackOf(stack),
      groups: familyCrowd,
      seed,
      run,
      timelineMs: scenario.timelineMs,
      afterMs: pushMs,
      ...(scenario.arrivals === undefined ? {} : { arrivals: scenario.arrivals }),
    })
    try {
      const warming = Promise.all([crowd.warmUp(), signInVisitors(stack, `${run}-observer`)])
      const [expiring, targets] = await unlessAborted(signal, warming)
      const prober = new Prober({ targets, now: () => crowd.now() })
      await letRunOut(stack, expiring)
      await unlessAborted(signal, crowd.start())
      prober.start()
      return new Measuring(crowd, prober)
    } catch (error) {
      await crowd[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What the observer has seen so far. */
  get probes(): readonly ProbeRecord[] {
    return this.#prober.records
  }

  /** Waits for the last answers. `early`: before the timeline is at its end. */
  async finish({ early }: { early: boolean }): Promise<CrowdHistory> {
    await this.#prober.stop()
    return await this.crowd.finish({ early })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#prober[Symbol.asyncDispose](), this.crowd[Symbol.asyncDispose]()])
  }
}
