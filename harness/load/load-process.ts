/** A load generator in a process of its own, which belongs to a stack and ends with it, or with this process. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError, messageOf } from '../errors.ts'
import { Ledger, stackVariable } from '../stack/ledger.ts'
import { nodeBinary, programFile } from '../stack/node-binary.ts'
import { startOf } from '../stack/process-identity.ts'
import {
  beginWord,
  type LoadCounts,
  type LoadPlan,
  type LoadReport,
  loadReportSchema,
  stopWord,
} from './plan.ts'

const program = programFile('harness/load/main')
/** How long it may take to begin, beyond what its clients may wait for their sign-ins, ms. */
const startLimitMs = 10_000
/** How long it may take to end, beyond what its clients may wait for their last answers, ms. */
const stopGraceMs = 3_000
const errorCharactersMax = 2_000

/** A load, wherever it is made. */
export type RunningLoad = Pick<LoadProcess, keyof LoadProcess>

export class LoadProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  #timeoutMs = 0
  readonly #pid: number
  readonly #start: string
  readonly #ready = Promise.withResolvers<void>()
  readonly #exited: Promise<void>
  #counts: LoadCounts = { begun: 0, requests: 0, well: 0, inFlight: 0 }
  #errors = ''

  /** For a stack. It does nothing before it has its plan. Throws if it cannot be written down, leaving nothing. */
  constructor(stack: string) {
    this.#child = spawn(nodeBinary(), ['--disable-warning=ExperimentalWarning', program], {
      env: { PATH: process.env.PATH ?? '', [stackVariable]: stack },
      // As with the services: Ctrl-C in a terminal goes to the harness alone, which then undoes things in order.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const { pid } = this.#child
    this.#pid = pid ?? 0
    try {
      if (pid !== undefined) new Ledger(stack).recordProcess('load', pid)
    } catch (error) {
      this.#child.kill('SIGKILL')
      throw error
    }
    this.#start = pid === undefined ? '' : (startOf(pid) ?? '')
    this.#exited = this.#listen()
  }

  /**
   * Lets it begin, once everybody is signed in and `look` has resolved: what is counted there is before its first request.
   * Rejects with HarnessError, leaving nothing, if it does not begin.
   */
  async begin(plan: LoadPlan, look: () => Promise<void> = async () => {}): Promise<void> {
    this.#timeoutMs = plan.timeoutMs
    this.#child.stdin.write(`${JSON.stringify(plan)}\n`)
    const limitMs = startLimitMs + 2 * plan.timeoutMs
    try {
      if (!(await within(limitMs, this.#ready.promise)))
        throw new HarnessError(`it was not ready within ${limitMs} ms`)
      await look()
      this.#child.stdin.write(`${beginWord}\n`)
    } catch (error) {
      await this.kill()
      throw new HarnessError(`the load could not be started: ${messageOf(error)}`, { cause: error })
    }
  }

  /** Its own count, as of a moment ago. */
  get counts(): LoadCounts {
    return this.#counts
  }

  /** Whether it runs, by the kernel's word. */
  get isAlive(): boolean {
    return this.#start !== '' && startOf(this.#pid) === this.#start
  }

  get pid(): number {
    return this.#pid
  }

  /** Lets it send no more and waits until its last request has come to its end. Rejects if that takes too long. */
  async stop(): Promise<void> {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${stopWord}\n`)
    const limitMs = this.#timeoutMs + stopGraceMs
    if (await within(limitMs, this.#exited)) return
    throw new HarnessError(`the load (pid ${this.#pid}) has not ended within ${limitMs} ms`)
  }

  /** Ends it whatever it is doing. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** Resolves once it is gone. */
  #listen(): Promise<void> {
    const { stdin, stdout, stderr } = this.#child
    // One that has ended reads no more.
    stdin.on('error', () => {})
    createInterface({ input: stdout }).on('line', line => this.#hear(line))
    stderr.setEncoding('utf8').on('data', text => {
      this.#errors = `${this.#errors}${text}`.slice(-errorCharactersMax)
    })
    // Looked at while it starts; later its end is no failure.
    this.#ready.promise.catch(() => {})
    return new Promise(resolve => {
      const end = (why: string) => {
        this.#ready.reject(new HarnessError(`${why}${this.#errors === '' ? '' : `: ${this.#errors.trim()}`}`))
        resolve()
      }
      this.#child.once('error', error => end(error.message))
      this.#child.once('close', (code, signal) => end(`it ended by itself with ${signal ?? code}`))
    })
  }

  #hear(line: string): void {
    const report = reportIn(line)
    if (!report) return
    if (report.event === 'ready') this.#ready.resolve()
    else this.#counts = report.counts
  }
}

function reportIn(line: string): LoadReport | undefined {
  try {
    return loadReportSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** Whether it resolves in time; rejects with what it rejects with. */
async function within(limitMs: number, work: Promise<void>): Promise<boolean> {
  const timer = new AbortController()
  const limit = sleep(limitMs, false, { signal: timer.signal })
  limit.catch(() => {})
  try {
    return await Promise.race([work.then(() => true), limit])
  } finally {
    timer.abort()
  }
}
