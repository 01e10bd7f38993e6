/** Everything that looks at a stack during one run: the crowd in a process of its own, the probes of an outside observer, a browser. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CrowdHistory, type CrowdOptions, type Expiring, leadMs } from '../crowd/crowd.ts'
import { CrowdProcess, type RunningCrowd } from '../crowd/crowd-process.ts'
import { crowdStackOf } from '../crowd/operator.ts'
import { everybody } from '../crowd/population.ts'
import { type ProbeRecord, Prober, type ProbeTarget } from '../diagnosis/prober.ts'
import { signInVisitors } from '../diagnosis/visitors.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'
import { letCachesForget } from './cached-sessions.ts'
import { unlessAborted } from './deadline.ts'
import { pushMs } from './push.ts'
import { letRunOut } from './session-truth.ts'
import { lookAtMs, undoAtMs, type WitnessAccount, Witnessing } from './witnessing.ts'

/** What it usually takes to tell the stores when sessions are to run out, ms. There is time for more before they do. */
const tellMs = 100

export interface MeasuringOptions {
  name: string
  scenario: Pick<Scenario, 'timelineMs' | 'arrivals' | 'schedule'>
  stack: Stack
  seed: number
  /** For the pictures of the witness; without it nobody looks. */
  witnessFolder?: string | undefined
  /** Where that has been done ahead: who is signed in, for this scenario. */
  ready?: Ready | undefined
  /** Gives the start up, for its reason. */
  signal?: AbortSignal | undefined
}

/** A crowd that is signing in, or has done so: it can begin at once. */
export interface Ready {
  crowd: RunningCrowd
  run: string
  /** Rejects with HarnessError if somebody could not be signed in. */
  signedIn: Promise<{ expiring: Expiring[]; targets: ProbeTarget[] }>
}

/** Begins to sign everybody in: the crowd, and an observer's own users. Who asks for it disposes of the crowd. */
export function signEverybodyIn({
  name,
  scenario: { timelineMs, arrivals },
  stack,
  seed,
}: Pick<MeasuringOptions, 'name' | 'stack' | 'seed'> & {
  scenario: Pick<Scenario, 'timelineMs' | 'arrivals'>
}): Ready {
  const run = `${name}-${randomBytes(2).toString('hex')}`
  const wanted: CrowdOptions = {
    stack: crowdStackOf(stack),
    groups: everybody(),
    seed,
    run,
    timelineMs,
    afterMs: pushMs,
    ...(arrivals === undefined ? {} : { arrivals }),
  }
  const crowd = stack.crowd?.(wanted) ?? new CrowdProcess(stack.id, wanted)
  const signedIn = Promise.all([crowd.warmUp(), signInVisitors(stack, `${run}-observer`)]).then(
    ([expiring, targets]) => ({ expiring, targets }),
  )
  // Heard by who begins.
  signedIn.catch(() => {})
  return { crowd, run, signedIn }
}

export class Measuring implements AsyncDisposable {
  readonly crowd: RunningCrowd
  readonly #prober: Prober
  readonly #witnessing: Witnessing
  readonly #over = new AbortController()

  private constructor(crowd: RunningCrowd, prober: Prober, witnessing: Witnessing) {
    this.crowd = crowd
    this.#prober = prober
    this.#witnessing = witnessing
  }

  /**
   * Signs everybody in, unless that has been done, and begins. Resolves when the timeline begins; rejects with
   * HarnessError, leaving nothing.
   */
  static async begin(options: MeasuringOptions): Promise<Measuring> {
    const { stack, signal, witnessFolder } = options
    const { crowd, run, signedIn } = options.ready ?? signEverybodyIn(options)
    let witnessing: Witnessing | undefined
    try {
      const { expiring, targets } = await unlessAborted(signal, signedIn)
      witnessing = await Witnessing.open(stack, `${run}-witness`, witnessFolder)
      await unlessAborted(
        signal,
        witnessing.look('before', () => crowd.now()),
      )
      const prober = new Prober({ targets, now: () => crowd.now() })
      // One time for both: a session must not run out in the store before its owner knows.
      const beginsAtMs = Date.now() + leadMs + tellMs
      await letRunOut(stack, expiring, beginsAtMs)
      await letCachesForget(stack, expiring, beginsAtMs)
      await unlessAborted(signal, crowd.start({ beginsAtMs }))
      prober.start()
      return new Measuring(crowd, prober, witnessing)
    } catch (error) {
      await witnessing?.[Symbol.asyncDispose]()
      await crowd[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Why there will be no browser's view, though one was asked for. */
  get blindBecause(): string | undefined {
    return this.#witnessing.blindBecause
  }

  /** Lets the witness look at the fault when it is on. Resolves to what is seen, in words; undefined if nobody looks. */
  async lookDuring(scenario: Pick<Scenario, 'schedule' | 'timelineMs'>): Promise<string | undefined> {
    const waitMs = Math.max(0, lookAtMs(scenario) - this.crowd.now())
    await sleep(waitMs, undefined, { signal: this.#over.signal }).catch(() => {})
    if (this.#over.signal.aborted) return undefined
    // What is seen after the undo is no view of the fault.
    const untilUndo = AbortSignal.timeout(Math.max(0, Math.ceil(undoAtMs(scenario) - this.crowd.now())))
    const over = AbortSignal.any([this.#over.signal, untilUndo])
    return await this.#witnessing.look('during', () => this.crowd.now(), over)
  }

  /** Lets the witness look once more, at the stack that is healed, and then closely at what it has kept. */
  async lookAfter(): Promise<WitnessAccount> {
    await this.#witnessing.look('after', () => this.crowd.now())
    await this.#witnessing.checkAccessibility()
    return this.#witnessing.account
  }

  /** What the observer has seen so far. */
  get probes(): readonly ProbeRecord[] {
    return this.#prober.records
  }

  /** Waits for the last answers. `early`: before the timeline is at its end. */
  async finish({ early }: { early: boolean }): Promise<CrowdHistory> {
    this.#over.abort()
    await this.#prober.stop()
    return await this.crowd.finish({ early })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    await Promise.all([this.#prober, this.crowd, this.#witnessing].map(each => each[Symbol.asyncDispose]()))
  }
}
