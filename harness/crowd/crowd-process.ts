/** A crowd in a process of its own, which belongs to a stack and ends with it, or with this process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { HarnessError } from '../errors.ts'
import { Ledger, stackVariable } from '../stack/ledger.ts'
import { nodeBinary, programFile } from '../stack/node-binary.ts'
import type { CrowdHistory, CrowdOptions, Expiring, Recorded } from './crowd.ts'
import type { Command, Replies, Word } from './messages.ts'

const program = programFile('harness/crowd/main')
const errorCharactersMax = 2_000

type Order = Command extends infer Each ? (Each extends Command ? Omit<Each, 'number'> : never) : never

/** A crowd, wherever it runs. */
export interface RunningCrowd extends AsyncDisposable {
  readonly recorded: Recorded
  warmUp(): Promise<Expiring[]>
  start(options?: { beginsAtMs?: number }): Promise<void>
  now(): number
  takeLoadOff(forMs: number): Promise<void>
  finish(options?: { early?: boolean }): Promise<CrowdHistory>
  readonly scheduleLagMs: number
  readonly cpuMs: number
}

export class CrowdProcess implements RunningCrowd {
  /** Grows while it runs, a fraction of a second behind. */
  readonly recorded: Recorded = { intents: [], sessions: [], deadSessionProbes: [] }
  readonly #options: CrowdOptions
  readonly #child: ChildProcess
  readonly #exited: Promise<void>
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #commands = 0
  #zeroNs: bigint | undefined
  #scheduleLagMs = 0
  #cpuMs = 0
  #errors = ''
  #end: string | undefined

  /** For a stack, by its id. Throws if the process cannot be written down, leaving nothing. */
  constructor(stack: string, options: CrowdOptions) {
    this.#options = options
    this.#child = spawn(nodeBinary(), ['--disable-warning=ExperimentalWarning', program], {
      env: { PATH: process.env.PATH ?? '', [stackVariable]: stack },
      // As with the services: Ctrl-C in a terminal goes to the harness alone, which then ends things in order.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    try {
      if (this.#child.pid !== undefined) new Ledger(stack).recordProcess('crowd', this.#child.pid)
    } catch (error) {
      this.#child.kill('SIGKILL')
      throw error
    }
    this.#exited = this.#listen()
  }

  /** See `Crowd`; so for the rest. Rejects with HarnessError, also if the process is gone. */
  warmUp(): Promise<Expiring[]> {
    return this.#order('warm-up', { type: 'warm-up', options: this.#options })
  }

  async start({ beginsAtMs }: { beginsAtMs?: number } = {}): Promise<void> {
    const { zeroNs } = await this.#order('start', { type: 'start', beginsAtMs })
    this.#zeroNs = zeroNs
  }

  /** Milliseconds since the timeline began: both processes read the same clock. Before `start` it has not. */
  now(): number {
    if (this.#zeroNs === undefined) return Number.NEGATIVE_INFINITY
    return Number(process.hrtime.bigint() - this.#zeroNs) / 1e6
  }

  async takeLoadOff(forMs: number): Promise<void> {
    await this.#order('take-load-off', { type: 'take-load-off', forMs })
  }

  async finish({ early = false } = {}): Promise<CrowdHistory> {
    const { scheduleLagMs, cpuMs, ...rest } = await this.#order('finish', { type: 'finish', early })
    this.#scheduleLagMs = scheduleLagMs
    this.#cpuMs = cpuMs
    return { ...this.recorded, ...rest }
  }

  /** Known once it has finished. */
  get scheduleLagMs(): number {
    return this.#scheduleLagMs
  }

  /** Processor time that it has used from its start to its finish, ms. */
  get cpuMs(): number {
    return this.#cpuMs
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  #order<Type extends Command['type']>(_type: Type, order: Order & { type: Type }): Promise<Replies[Type]> {
    const waiting = Promise.withResolvers<unknown>()
    const number = ++this.#commands
    if (this.#end !== undefined) waiting.reject(new HarnessError(this.#end))
    else {
      this.#waiting.set(number, waiting)
      this.#child.send({ ...order, number }, error => {
        if (error) this.#settle(number)?.reject(new HarnessError(`the crowd is gone: ${error.message}`))
      })
    }
    return waiting.promise as Promise<Replies[Type]>
  }

  /** Resolves once it is gone. */
  #listen(): Promise<void> {
    const child = this.#child
    child.on('message', word => this.#hear(word as Word))
    child.stderr?.setEncoding('utf8').on('data', text => {
      this.#errors = `${this.#errors}${text}`.slice(-errorCharactersMax)
    })
    return new Promise(resolve => {
      const end = (why: string) => {
        const said = this.#errors.trim()
        this.#end = `the crowd ${why}${said === '' ? '' : `: ${said}`}`
        for (const number of [...this.#waiting.keys()])
          this.#settle(number)?.reject(new HarnessError(this.#end))
        resolve()
      }
      child.once('error', error => end(`could not be started: ${error.message}`))
      child.once('close', (code, signal) => end(`ended by itself with ${signal ?? code}`))
    })
  }

  #hear(word: Word): void {
    if (word.type === 'recorded') {
      this.recorded.intents.push(...word.batch.intents)
      this.recorded.sessions.push(...word.batch.sessions)
      this.recorded.deadSessionProbes.push(...word.batch.deadSessionProbes)
      return
    }
    const waiting = this.#settle(word.number)
    if (word.type === 'done') waiting?.resolve(word.value)
    else waiting?.reject(word.isHarness ? new HarnessError(word.message) : new Error(word.message))
  }

  #settle(number: number): PromiseWithResolvers<unknown> | undefined {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    return waiting
  }
}
