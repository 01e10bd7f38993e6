/** Runs a plan: begins things at its pace, as long as it may, and then lets what is under way come to its end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { HttpClient } from '../crowd/http.ts'
import { Pace } from './pace.ts'
import type { LoadCounts, LoadPlan } from './plan.ts'
import { type Work, workOf } from './work.ts'

const tickMs = 5

export class Generator implements AsyncDisposable {
  readonly #plan: LoadPlan
  readonly #http: HttpClient
  readonly #work: Work
  readonly #underWay = new Set<Promise<void>>()
  readonly #counts = { begun: 0, requests: 0, well: 0 }
  #isStopped = false

  constructor(plan: LoadPlan) {
    this.#plan = plan
    this.#http = new HttpClient({ deadlineMs: plan.timeoutMs })
    this.#work = workOf(plan, this.#http)
  }

  get counts(): LoadCounts {
    return { ...this.#counts, inFlight: this.#underWay.size }
  }

  /** Signs in whoever needs a session before it begins. */
  prepare(): Promise<void> {
    return this.#work.prepare()
  }

  /** Resolves after `stop`, or when the plan's time is over, and nothing is under way any more. */
  async run(): Promise<void> {
    const { perSecond, concurrencyMax, maxMs } = this.#plan
    const until = performance.now() + maxMs
    const pace = new Pace(perSecond)
    while (!this.#isStopped && performance.now() < until) {
      while (this.#underWay.size < concurrencyMax && pace.take()) {
        if (!this.#begin()) break
      }
      await sleep(tickMs)
    }
    this.stop()
    await Promise.all(this.#underWay)
  }

  /** Nothing more is sent, retries included. */
  stop(): void {
    this.#isStopped = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop()
    await this.#http[Symbol.asyncDispose]()
  }

  /** False if there is nothing to do. */
  #begin(): boolean {
    const task = this.#work.next()
    if (!task) return false
    this.#counts.begun += 1
    const running = task(() => this.#mayRequest())
      .catch(() => false)
      .then(isWell => {
        if (isWell) this.#counts.well += 1
        this.#underWay.delete(running)
      })
    this.#underWay.add(running)
    return true
  }

  #mayRequest(): boolean {
    if (this.#isStopped) return false
    this.#counts.requests += 1
    return true
  }
}
