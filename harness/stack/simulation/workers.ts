/** Simulates many runs, on as many threads as there are cores: each thread has a time of its own. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { programFile } from '../node-binary.ts'
import type { SimulatedRun, SimulationJob } from './job.ts'

const program = programFile('harness/stack/simulation/main')
/** A run that takes longer than this, in real time, goes round in circles, ms. */
const runMsMax = 300_000

/** Threads that stay, since a new one takes a second or two to load all that a run needs. They start when they are needed. */
export class Simulator implements AsyncDisposable {
  readonly #threads: number
  readonly #all = new Set<Thread>()
  readonly #idle: Thread[] = []
  readonly #waiting: ((thread: Thread) => void)[] = []

  constructor(threads = availableParallelism()) {
    this.#threads = threads
  }

  /** Runs it on the next thread that is free. Never rejects: what goes wrong is the verdict of the run. */
  async run(job: SimulationJob): Promise<SimulatedRun> {
    const thread = await this.#take()
    const run = await thread.run(job)
    if (!('failed' in run)) {
      this.#giveBack(thread)
      return run
    }
    this.#all.delete(thread)
    await thread.end()
    if (this.#waiting.length > 0) this.#giveBack(this.#start())
    return failedRun(job, run.failed)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map(thread => thread.end()))
  }

  #start(): Thread {
    const thread = new Thread()
    this.#all.add(thread)
    return thread
  }

  async #take(): Promise<Thread> {
    const idle = this.#idle.pop()
    if (idle) return idle
    if (this.#all.size < this.#threads) return this.#start()
    return await new Promise(resolve => this.#waiting.push(resolve))
  }

  #giveBack(thread: Thread): void {
    const next = this.#waiting.shift()
    if (next) next(thread)
    else this.#idle.push(thread)
  }
}

export interface SimulationOptions {
  /** Told of each run as it ends, in whatever order that is. */
  done?: (run: SimulatedRun, index: number) => void
  /** Whose threads to use. Default: some of its own. */
  simulator?: Simulator
}

/** Resolves to the runs in the order of their jobs. Never rejects: what goes wrong is the verdict of a run. */
export async function simulateAll(
  jobs: readonly SimulationJob[],
  { done = () => {}, simulator }: SimulationOptions = {},
): Promise<SimulatedRun[]> {
  if (!simulator) {
    await using own = new Simulator()
    return await simulateAll(jobs, { done, simulator: own })
  }
  return await Promise.all(
    jobs.map(async (job, index) => {
      const run = await simulator.run(job)
      done(run, index)
      return run
    }),
  )
}

function failedRun({ scenario, architecture }: SimulationJob, why: string): SimulatedRun {
  const about = { scenario, architecture: architecture.name, timelineMs: 0, wallMs: 0, evidence: [] }
  return { run: { ...about, verdict: 'error', reasons: [why] }, logs: undefined }
}

class Thread {
  readonly #worker = new Worker(program, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Nearly all that a run makes is gone in a moment: with room for it, it is seldom looked through.
    resourceLimits: { maxYoungGenerationSizeMb: 128 },
  })
  #number = 0

  /** One at a time. `failed`: the thread is of no use any more. */
  async run(job: SimulationJob): Promise<SimulatedRun | { failed: string }> {
    const number = ++this.#number
    const ended = Promise.withResolvers<SimulatedRun | { failed: string }>()
    const fail = (why: string) => ended.resolve({ failed: why })
    const hear = (word: { number: number; text: string }) => {
      if (word.number === number) ended.resolve(JSON.parse(word.text))
    }
    const error = (thrown: Error) => fail(`the simulation failed: ${thrown.stack ?? thrown.message}`)
    const exit = () => fail('the simulation ended by itself')
    const timer = setTimeout(() => fail(`the simulation took over ${runMsMax} ms of real time`), runMsMax)
    this.#worker.on('message', hear).on('error', error).on('exit', exit)
    this.#worker.postMessage({ number, job })
    try {
      return await ended.promise
    } finally {
      clearTimeout(timer)
      this.#worker.off('message', hear).off('error', error).off('exit', exit)
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
