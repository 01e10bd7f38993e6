/**
 * Bounds what processes may use, as a control group does, where the harness may not make one: it stops them when they have
 * used their share of a core and lets them go on when they have some again, and kills them when they have too much memory.
 */
import { HarnessError } from '../../errors.ts'
import type { ServiceLimits } from '../service-control.ts'
import { cpuMsOf, memoryOf } from './proc.ts'

const lookEveryMs = 10
/** Who they are is not asked every time: that costs more than the look, ms. */
const pidsKeptMs = 250
/** What is not used within this time is lost, ms. */
const periodMs = 100
const mib = 2 ** 20

export interface LimiterOptions {
  limits: ServiceLimits
  /** Those that are bounded together. */
  pids(): readonly number[]
  /** Stops them, or lets them go on. */
  throttle(isOn: boolean): void
  /** Ends them: they have too much memory. */
  outOfMemory(): void
}

export class Limiter implements Disposable {
  readonly limits: ServiceLimits
  readonly #options: LimiterOptions
  readonly #timer: NodeJS.Timeout
  #lookedMs = performance.now()
  #usedMs: number
  /** Processor time that may be used now, ms. */
  #balanceMs = 0
  #isThrottled = false
  #pids: readonly number[] = []
  #pidsAtMs = Number.NEGATIVE_INFINITY

  /** Throws HarnessError where nobody says what a process uses. */
  constructor(options: LimiterOptions) {
    if (process.platform !== 'linux')
      throw new HarnessError(
        `limits of processes need Linux, and this is ${process.platform}; use the containers runtime`,
      )
    this.#options = options
    this.limits = options.limits
    this.#usedMs = this.#cpuMs()
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    if (this.#isThrottled) this.#options.throttle(false)
    this.#isThrottled = false
  }

  #look(): void {
    const { cpus, memoryMiB } = this.limits
    if (cpus !== undefined) this.#lookAtCpu(cpus)
    if (memoryMiB !== undefined && this.#memory() > memoryMiB * mib) this.#options.outOfMemory()
  }

  #lookAtCpu(cpus: number): void {
    const nowMs = performance.now()
    const usedMs = this.#cpuMs()
    const earnedMs = this.#balanceMs + (nowMs - this.#lookedMs) * cpus
    this.#balanceMs = Math.min(earnedMs, periodMs * cpus) - Math.max(0, usedMs - this.#usedMs)
    this.#lookedMs = nowMs
    this.#usedMs = usedMs
    const isThrottled = this.#balanceMs < 0
    if (isThrottled !== this.#isThrottled) this.#options.throttle(isThrottled)
    this.#isThrottled = isThrottled
  }

  #members(): readonly number[] {
    const nowMs = performance.now()
    if (nowMs - this.#pidsAtMs > pidsKeptMs) {
      this.#pids = this.#options.pids()
      this.#pidsAtMs = nowMs
    }
    return this.#pids
  }

  #cpuMs(): number {
    return this.#members().reduce((sum, pid) => sum + (cpuMsOf(pid) ?? 0), 0)
  }

  /** What they share is there once, bytes. */
  #memory(): number {
    const parts = this.#members().flatMap(pid => memoryOf(pid) ?? [])
    const own = parts.reduce((sum, part) => sum + part.own, 0)
    return own + Math.max(0, ...parts.map(({ shared }) => shared))
  }
}
