/** The cores of the virtual machine, and who waits for them. */
import type { Due, VirtualClock } from './clock.ts'

interface Job {
  /** The progress at which it is done. */
  readonly endsAt: number
  readonly share: number
  readonly done: () => void
}

/**
 * Deals out its cores as a fair scheduler does: everybody who has work goes at the same speed, at most at that of a whole
 * core each. So it is enough to know how far somebody would be who had been at work all along.
 */
export class Processor {
  readonly #clock: VirtualClock
  readonly #cores: number
  /** What somebody at work all along would have done by `#lookedAt`, ms. */
  #progress = 0
  #lookedAt = 0
  /** Shares of all that is under way, and the jobs, the first to be done first. */
  #wanted = 0
  readonly #jobs: Job[] = []
  #next: Due | undefined

  /** `cores`: Infinity where everybody has one of their own. */
  constructor(clock: VirtualClock, cores: number) {
    this.#clock = clock
    this.#cores = cores
  }

  /** Begins work of so many ms for somebody who gets `share` of a core at best. Returns what gives it up. */
  begin(ms: number, share: number, done: () => void): () => void {
    if (this.#cores === Number.POSITIVE_INFINITY) {
      const due = this.#clock.after(ms / share, done)
      return () => {
        due.run = undefined
      }
    }
    this.#catchUp()
    const job: Job = { endsAt: this.#progress + ms / share, share, done }
    const place = this.#jobs.findLastIndex(other => other.endsAt <= job.endsAt) + 1
    this.#jobs.splice(place, 0, job)
    this.#wanted += share
    this.#lookForward()
    return () => this.#remove(job)
  }

  get #speed(): number {
    return Math.min(1, this.#cores / this.#wanted)
  }

  #catchUp(): void {
    const { now } = this.#clock
    if (this.#jobs.length > 0) this.#progress += (now - this.#lookedAt) * this.#speed
    this.#lookedAt = now
  }

  #lookForward(): void {
    if (this.#next) this.#next.run = undefined
    const [first] = this.#jobs
    this.#next =
      first && this.#clock.after((first.endsAt - this.#progress) / this.#speed, () => this.#end(first))
  }

  #end(job: Job): void {
    this.#remove(job)
    job.done()
  }

  #remove(job: Job): void {
    const place = this.#jobs.indexOf(job)
    if (place < 0) return
    this.#catchUp()
    this.#jobs.splice(place, 1)
    // Nothing is left of what rounding leaves.
    this.#wanted = this.#jobs.length === 0 ? 0 : this.#wanted - job.share
    this.#lookForward()
  }
}

/** Work for a number of threads, begun in the order in which it was given. */
export class WorkQueue {
  readonly #processor: Processor
  readonly #threads: number
  readonly #waiting: { ms: number; then: () => void }[] = []
  readonly #underWay = new Set<() => void>()
  /** Of a core, for each thread, at best. */
  share = 1

  constructor(processor: Processor, threads: number) {
    this.#processor = processor
    this.#threads = threads
  }

  add(ms: number, then: () => void): void {
    if (this.#underWay.size < this.#threads) this.#begin(ms, then)
    else this.#waiting.push({ ms, then })
  }

  /** Nothing of it is done any more. */
  end(): void {
    this.#waiting.length = 0
    for (const giveUp of this.#underWay) giveUp()
    this.#underWay.clear()
  }

  #begin(ms: number, then: () => void): void {
    const giveUp = this.#processor.begin(ms, this.share, () => {
      this.#underWay.delete(giveUp)
      const next = this.#waiting.shift()
      if (next) this.#begin(next.ms, next.then)
      then()
    })
    this.#underWay.add(giveUp)
  }
}
