/** Simulates many runs, on as many threads as there are cores: each thread has a time of its own. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { programFile } from '../node-binary.ts'
import type { SimulatedRun, SimulationJob } from './job.ts'

const program = programFile('harness/stack/simulation/main')
/** A run that takes longer than this, in real time, goes round in circles, ms. */
const runMsMax = 300_000

export interface SimulationOptions {
  /** Told of each run as it ends, in whatever order that is. */
  done?: (run: SimulatedRun, index: number) => void
  threads?: number
}

/** Resolves to the runs in the order of their jobs. Never rejects: what goes wrong is the verdict of a run. */
export async function simulateAll(
  jobs: readonly SimulationJob[],
  { done = () => {}, threads = availableParallelism() }: SimulationOptions = {},
): Promise<SimulatedRun[]> {
  const runs: SimulatedRun[] = []
  let next = 0
  const takeTurns = async () => {
    let thread = new Thread()
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index] as SimulationJob
      const run = await thread.run(job)
      if ('failed' in run) {
        await thread.end()
        thread = new Thread()
      }
      const ended = 'failed' in run ? failedRun(job, run.failed) : run
      runs[index] = ended
      done(ended, index)
    }
    await thread.end()
  }
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, takeTurns))
  return runs
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
