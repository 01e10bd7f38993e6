/** One service of a stack on processes: the process that runs now, those that ran before, and what can be done to it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from '../../errors.ts'
import type { Starting } from '../driver.ts'
import { startOf } from '../process-identity.ts'
import type { ServiceLimits, ServiceStatus, ServiceVersion } from '../service-control.ts'
import type { Child } from './child.ts'
import { Limiter } from './limiter.ts'
import { descendantsOf, stateOf } from './proc.ts'

const linesMax = 2_000
const goneMsMax = 5_000

/** A process that was started, and where it is found once it listens. */
export interface Launch {
  child: Child
  /** `host:port`. Rejects with StackError. */
  upstream: Promise<string>
}

export interface InstanceOptions {
  name: string
  /** Its first start, which went well. */
  child: Child
  upstream: string
  /** Starts it again, with what it has on disk. Throws StackError for a version that cannot be. */
  launch(version: ServiceVersion | undefined): Launch
  /** What ends it in order. */
  endSignal: NodeJS.Signals
  /** Whether it starts processes of its own. */
  hasChildren: boolean
}

export class Instance {
  readonly options: InstanceOptions
  #child: Child
  #upstream: string
  #starts = 1
  #past: readonly string[] = []
  #isPaused = false
  #isThrottled = false
  #isOutOfMemory = false
  #limiter: Limiter | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: InstanceOptions) {
    this.options = options
    this.#child = options.child
    this.#upstream = options.upstream
  }

  get upstream(): string {
    return this.#upstream
  }

  logs(): string[] {
    return [...this.#past, ...this.#child.logs()].slice(-linesMax)
  }

  status(): ServiceStatus {
    const limits = this.#limiter?.limits
    const common = { starts: this.#starts, ...(limits === undefined ? {} : { limits }) }
    const ended = this.#ended()
    if (ended !== undefined) return { state: 'ended', ended, ...common }
    return { state: this.#isStopped() ? 'paused' : 'running', ...common }
  }

  /** Idempotent. */
  async kill(): Promise<void> {
    this.#liftLimits()
    await this.#end('SIGKILL')
    this.#isPaused = false
  }

  /** Resolves once it has stopped. */
  async pause(): Promise<void> {
    this.#isPaused = true
    this.#signal('SIGSTOP')
    const running = (pid: number) => !['T', 'Z', undefined].includes(stateOf(pid))
    for (const end = Date.now() + goneMsMax; this.#pids().some(running) && Date.now() < end; ) await sleep(5)
  }

  resume(): void {
    this.#isPaused = false
    if (!this.#isThrottled) this.#signal('SIGCONT')
  }

  /** One after the other: the last one stays. */
  restart(version?: ServiceVersion): Promise<Starting> {
    const restarting = this.#turn.then(() => this.#restart(version))
    this.#turn = restarting.catch(() => {})
    return restarting
  }

  limit(limits: ServiceLimits | undefined): void {
    this.#liftLimits()
    if (limits === undefined) return
    this.#limiter = new Limiter({
      limits,
      pids: () => this.#pids(),
      throttle: isOn => {
        this.#isThrottled = isOn
        if (!this.#isPaused) this.#signal(isOn ? 'SIGSTOP' : 'SIGCONT')
      },
      outOfMemory: () => {
        if (this.#ended() !== undefined) return
        this.#isOutOfMemory = true
        this.#signal('SIGKILL')
      },
    })
  }

  async #restart(version: ServiceVersion | undefined): Promise<Starting> {
    const last = this.#child
    this.#liftLimits()
    this.resume()
    await this.#end(this.options.endSignal)
    this.#isOutOfMemory = false
    const { child, upstream } = this.options.launch(version)
    this.#past = [...this.#past, ...last.logs()].slice(-linesMax)
    this.#child = child
    this.#starts += 1
    const listening = upstream.then(found => {
      if (this.#child !== child)
        throw new StackError(this.options.name, 'was started again before it was waited for')
      this.#upstream = found
      return { upstream: found, logs: () => this.logs() }
    })
    // Not everybody waits for it.
    listening.catch(() => {})
    return { listening }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const pids = this.#pids()
    // A server's own children notice only later that it was killed, and until then keep what it had.
    const killRest = () => {
      for (const pid of pids.slice(1)) signalTo(pid, 'SIGKILL')
    }
    this.#child.process.once('exit', killRest)
    await this.#child.end(signal)
    killRest()
    for (const end = Date.now() + goneMsMax; pids.some(isThere) && Date.now() < end; ) await sleep(10)
  }

  #ended(): string | undefined {
    const { exitCode, signalCode, pid } = this.#child.process
    if (this.#isOutOfMemory && (signalCode !== null || exitCode !== null)) return 'out of memory'
    if (signalCode !== null) return `ended by ${signalCode}`
    if (exitCode !== null) return `exit code ${exitCode}`
    return pid === undefined ? 'could not be started' : undefined
  }

  /** By the kernel's word where it gives one. One that is only throttled runs. */
  #isStopped(): boolean {
    const state = this.#child.process.pid === undefined ? undefined : stateOf(this.#child.process.pid)
    return state === undefined || this.#isThrottled ? this.#isPaused : state === 'T'
  }

  #liftLimits(): void {
    this.#limiter?.[Symbol.dispose]()
    this.#limiter = undefined
    this.#isThrottled = false
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child.process
    if (pid === undefined || this.#ended() !== undefined) return
    // It first, so that it has no more children after this look.
    signalTo(pid, signal)
    for (const each of this.#children(pid)) signalTo(each, signal)
  }

  #pids(): number[] {
    const { pid } = this.#child.process
    return pid === undefined || this.#ended() !== undefined ? [] : [pid, ...this.#children(pid)]
  }

  #children(pid: number): number[] {
    return this.options.hasChildren ? descendantsOf(pid) : []
  }
}

function isThere(pid: number): boolean {
  return startOf(pid) !== undefined
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
