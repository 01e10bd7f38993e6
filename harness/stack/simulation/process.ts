/**
 * One run of a service: what a process is elsewhere. Whatever a service does happens within its process, so that its
 * timers end with it, stand still while it is paused, and its clock can be wrong. Its memory is gone when it ends.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { VirtualClock } from './clock.ts'
import { type Processor, WorkQueue } from './processor.ts'

const within = new AsyncLocalStorage<VirtualProcess>()
const outside = AsyncLocalStorage.snapshot()

/** The process that runs at the moment, if it is one of the services. */
export function runningProcess(): VirtualProcess | undefined {
  return within.getStore()
}

export interface ProcessOptions {
  name: string
  clock: VirtualClock
  processor: Processor
  /** How far its date is ahead, ms. */
  skewMs?: number
  /** Threads for what does not hold up its event loop, such as hashing. */
  threads: number
  /** Told once why it ended, in words. */
  ended(why: string): void
}

export class VirtualProcess {
  readonly options: ProcessOptions
  /** What ends with it: its connections. */
  readonly belongings = new Set<{ processEnded(): void }>()
  #isOver = false
  #isPaused = false
  #held: (() => void)[] = []
  readonly #loop: WorkQueue
  readonly #threads: WorkQueue

  constructor(options: ProcessOptions) {
    this.options = options
    this.#loop = new WorkQueue(options.processor, 1)
    this.#threads = new WorkQueue(options.processor, options.threads)
  }

  get skewMs(): number {
    return this.options.skewMs ?? 0
  }

  /** Share of a core that its event loop, and each of its threads, gets at best. */
  set cpus(share: number) {
    this.#loop.share = share
    this.#threads.share = share
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Runs something within it: later if it is paused, never if it has ended. What is thrown ends it, as a process. */
  run(work: () => void): void {
    if (this.#isOver) return
    if (this.#isPaused) {
      this.#held.push(work)
      return
    }
    try {
      outside(() => within.run(this, work))
    } catch (error) {
      this.options.ended(`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }

  /** The same in the context that was captured when it was asked for. */
  resumeIn(context: (work: () => void) => void, work: () => void): void {
    if (this.#isOver) return
    if (this.#isPaused) {
      this.#held.push(() => context(work))
      return
    }
    try {
      context(work)
    } catch (error) {
      this.options.ended(`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }

  /** Lets its event loop work for so long, after what it has to do already, and then does something. */
  work(ms: number, then: () => void): void {
    this.#loop.add(ms, () => this.run(then))
  }

  /** The same on one of its threads. */
  workAside(ms: number, then: () => void): void {
    this.#threads.add(ms, () => this.run(then))
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    // In the order in which it would have happened.
    for (const work of this.#held.splice(0)) this.options.clock.after(0, () => this.run(work))
  }

  /** Ends it: nothing of it happens any more. */
  end(): void {
    this.#isOver = true
    this.#held = []
    this.#loop.end()
    this.#threads.end()
    for (const each of [...this.belongings]) each.processEnded()
    this.belongings.clear()
  }
}
