import { Alarm } from './alarm.ts'

export interface LeaseRequest {
  holder: string
  ms: number
}

/** Why a lease is over: it was not renewed in time, or its holder gave it back. */
export type LeaseEnd = 'expired' | 'returned'

/** What lasts only as long as its holder renews it. */
export interface Lease {
  readonly holder: string
  /** Until it expires, ms; 0 once it has. */
  readonly leftMs: number
  /** It is no longer needed: nothing happens when its time comes. Idempotent. */
  release(): void
}

/** When something that could not be ended is tried again, ms. */
const retryMs = 1_000

/** The leases of one server, all on one timer. They may expire late, but never early. */
export class Leases {
  readonly #held = new Set<HeldLease>()
  readonly #alarm = new Alarm(() => this.#expire())
  readonly #onFault: (error: unknown) => void

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault
  }

  /** `end` ends what was lent; if it rejects, it is tried again. */
  grant(request: LeaseRequest, end: (why: LeaseEnd) => void | Promise<void>): Lease {
    const lease = new HeldLease(request, end, () => this.#held.delete(lease))
    this.#held.add(lease)
    this.#arm()
    return lease
  }

  /** Gives all of a holder's leases their full time again. Answers false if it has none. */
  renew(holder: string): boolean {
    const leases = this.#of(holder).filter(lease => !lease.over)
    for (const lease of leases) lease.extend(lease.ms)
    return leases.length > 0
  }

  /** Ends all of a holder's leases now. Answers false if it has none; rejects with the first that cannot be ended. */
  async return(holder: string): Promise<boolean> {
    const leases = this.#of(holder)
    const ends = await Promise.allSettled(leases.map(lease => this.#end(lease, 'returned')))
    const failure = ends.find(result => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
    return leases.length > 0
  }

  /** Nothing expires any more. */
  close(): void {
    this.#held.clear()
    this.#alarm.clear()
  }

  #of(holder: string): HeldLease[] {
    return [...this.#held].filter(lease => lease.holder === holder)
  }

  #expire(): void {
    const now = performance.now()
    for (const lease of [...this.#held].filter(({ dueAt }) => dueAt <= now)) {
      const again = lease.over
      this.#end(lease, 'expired').catch(error => {
        if (!again) this.#onFault(error)
      })
    }
    this.#arm()
  }

  async #end(lease: HeldLease, why: LeaseEnd): Promise<void> {
    lease.over = true
    lease.extend(retryMs)
    await lease.end(why)
    lease.release()
  }

  /** Renewing does not set the alarm again: it rings too soon then, finds nothing due, and is set for what is next. */
  #arm(): void {
    if (this.#held.size > 0) this.#alarm.set(Math.min(...[...this.#held].map(({ dueAt }) => dueAt)))
  }
}

class HeldLease implements Lease {
  readonly holder: string
  readonly ms: number
  readonly end: (why: LeaseEnd) => void | Promise<void>
  readonly release: () => void
  dueAt: number
  /** Its time has come, but what it was for may not have ended yet. */
  over = false

  constructor(
    { holder, ms }: LeaseRequest,
    end: (why: LeaseEnd) => void | Promise<void>,
    release: () => void,
  ) {
    this.holder = holder
    this.ms = ms
    this.end = end
    this.release = release
    this.dueAt = performance.now() + ms
  }

  get leftMs(): number {
    return this.over ? 0 : Math.max(0, Math.ceil(this.dueAt - performance.now()))
  }

  extend(ms: number): void {
    this.dueAt = performance.now() + ms
  }
}

/** A lease as the evidence shows it. */
export function leaseReport(lease: Lease | undefined): object {
  return lease === undefined ? {} : { lease: { holder: lease.holder, leftMs: lease.leftMs } }
}
