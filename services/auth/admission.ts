/**
 * Which requests are worked on, which wait, and which are turned away.
 *
 * `load-shedding`: so many places, and a short queue for what does not fit. Sign-ins, and refreshes a little, may not
 * take all places: those who are signed in come first. Under pressure the lowest priority is turned away first.
 * `bulkhead`: each caller may hold only its share of the places and of the queue, so that one greedy caller starves
 * nobody else. Without both, everything is taken at once.
 */
import type { Mitigations } from '../common/mitigations.ts'

/** Most important first. */
export const priorities = ['session-check', 'refresh', 'sign-in'] as const
export type Priority = (typeof priorities)[number]

export interface AdmissionLimits {
  /** Requests under way at once, of this priority or all together, before one of this priority has to wait. */
  places: Record<Priority, number>
  queue: number
  /** How long a request may wait. */
  queueMs: number
  /** Places and queue entries that one caller may hold. */
  callerPlaces: number
  callerQueue: number
}

const none = Number.POSITIVE_INFINITY

/** The limits of a process with two cores to share, some milliseconds per request and eight database connections. */
export function limitsOf(mitigations: Mitigations): AdmissionLimits {
  const shedding = mitigations.has('load-shedding')
  const bulkhead = mitigations.has('bulkhead')
  return {
    places: shedding
      ? { 'session-check': 48, refresh: 36, 'sign-in': 24 }
      : { 'session-check': none, refresh: none, 'sign-in': none },
    queue: shedding ? 96 : none,
    queueMs: 400,
    callerPlaces: bulkhead ? 12 : none,
    callerQueue: bulkhead ? 24 : none,
  }
}

export interface Load {
  /** Requests under way, all together and of this caller. */
  held: number
  heldByCaller: number
  queued: number
  queuedByCaller: number
  /** The least important priority that waits. */
  lowestQueued: Priority | undefined
}

export type AdmissionDecision = 'admit' | 'queue' | 'displace' | 'shed'

/** `displace`: takes the place in the queue of the least important one there. */
export function decideAdmission(load: Load, priority: Priority, limits: AdmissionLimits): AdmissionDecision {
  if (fits(load, priority, limits)) return 'admit'
  if (load.queuedByCaller >= limits.callerQueue) return 'shed'
  if (load.queued < limits.queue) return 'queue'
  return load.lowestQueued !== undefined && rank(load.lowestQueued) > rank(priority) ? 'displace' : 'shed'
}

function fits(
  load: Pick<Load, 'held' | 'heldByCaller'>,
  priority: Priority,
  limits: AdmissionLimits,
): boolean {
  return load.held < limits.places[priority] && load.heldByCaller < limits.callerPlaces
}

const rank = (priority: Priority) => priorities.indexOf(priority)

/** Turned away: try again later. Nothing was done. */
export class Shed extends Error {
  override readonly name = 'Shed'
}

interface Waiter {
  priority: Priority
  caller: string
  admit(): void
  shed(reason: string): void
}

/** Keeps the places and the queue. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #heldBy = new Map<string, number>()
  #held = 0
  #queue: Waiter[] = []

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  /** Does the work once there is a place for it. Rejects with Shed if there is none, or with what the work threw. */
  async run<T>(priority: Priority, caller: string, work: () => Promise<T>): Promise<T> {
    await this.#enter(priority, caller)
    try {
      return await work()
    } finally {
      this.#leave(caller)
    }
  }

  async #enter(priority: Priority, caller: string): Promise<void> {
    const decision = decideAdmission(this.#load(caller), priority, this.#limits)
    if (decision === 'admit') return this.#hold(caller)
    if (decision === 'shed') throw new Shed(`no place for a ${priority} of ${caller}`)
    if (decision === 'displace') this.#lowest()?.shed('displaced by something more important')
    await this.#wait(priority, caller)
  }

  #wait(priority: Priority, caller: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        this.#queue = this.#queue.filter(other => other !== waiter)
      }
      const waiter: Waiter = {
        priority,
        caller,
        admit: () => {
          end()
          this.#hold(caller)
          resolve()
        },
        shed: reason => {
          end()
          reject(new Shed(`a ${priority} of ${caller} was ${reason}`))
        },
      }
      const timer = setTimeout(() => waiter.shed('waiting too long'), this.#limits.queueMs)
      this.#queue.push(waiter)
    })
  }

  #hold(caller: string): void {
    this.#held += 1
    this.#heldBy.set(caller, (this.#heldBy.get(caller) ?? 0) + 1)
  }

  #leave(caller: string): void {
    this.#held -= 1
    const left = (this.#heldBy.get(caller) ?? 1) - 1
    if (left > 0) this.#heldBy.set(caller, left)
    else this.#heldBy.delete(caller)
    // The most important first, and among equals who has waited longest.
    for (const priority of priorities) {
      const next = this.#queue.find(
        waiter => waiter.priority === priority && fits(this.#load(waiter.caller), priority, this.#limits),
      )
      if (next) {
        next.admit()
        return
      }
    }
  }

  #load(caller: string): Load {
    return {
      held: this.#held,
      heldByCaller: this.#heldBy.get(caller) ?? 0,
      queued: this.#queue.length,
      queuedByCaller: this.#queue.filter(waiter => waiter.caller === caller).length,
      lowestQueued: this.#lowest()?.priority,
    }
  }

  /** Of the least important ones, the one that came last. */
  #lowest(): Waiter | undefined {
    return this.#queue.reduce<Waiter | undefined>(
      (lowest, waiter) => (!lowest || rank(waiter.priority) >= rank(lowest.priority) ? waiter : lowest),
      undefined,
    )
  }
}
