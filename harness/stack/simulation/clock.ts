/**
 * Virtual time: what is to happen later waits in a heap, and time jumps from one of them to the next.
 *
 *   take the next ──> time is its moment ──> run it ──> let the event loop come to rest ──> take the next
 *
 * Promises and ticks come to rest between any two callbacks of the real event loop, and each of these is one of its own:
 * time never moves while somebody is at work. Nothing is really asynchronous.
 * Of those that are due at the same moment the one that was asked for first comes first: the order is always the same.
 */
import { HarnessError } from '../../errors.ts'

/** Taken before anybody lays something over them. */
const realImmediate = setImmediate
const realTimeout = setTimeout

/** Something that waits. */
export interface Due {
  readonly at: number
  readonly sequence: number
  /** Undefined once it has run, or is not wanted any more. */
  run: (() => void) | undefined
}

/** How long nothing may be left to do while somebody waits, in real time, ms: a module may be loading. */
const restMsMax = 2_000
/** How many things happen in one turn of the real event loop. */
const turnsAtOnce = 100

export class VirtualClock {
  readonly #heap: Due[] = []
  #now = 0
  #sequence = 0
  #events = 0

  /** Milliseconds since it began. */
  get now(): number {
    return this.#now
  }

  /** How much has happened so far. */
  get events(): number {
    return this.#events
  }

  /** Runs something in so many ms. */
  after(ms: number, run: () => void): Due {
    const due = { at: this.#now + Math.max(0, ms), sequence: this.#sequence++, run }
    this.#push(due)
    return due
  }

  /** Lets time pass until the work is settled. Rejects with what it rejects with, or what something that was due threw. */
  drive<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let isOver = false
      const end = (settle: () => void) => {
        isOver = true
        settle()
      }
      work().then(
        value => end(() => resolve(value)),
        error => end(() => reject(error)),
      )
      const turn = () => {
        const next = isOver ? undefined : this.#pop()
        if (!next) return
        try {
          this.#run(next)
        } catch (error) {
          end(() => reject(error))
        }
      }
      let restsSince: number | undefined
      const turns = () => {
        if (isOver) return
        const rests = this.#heap.length === 0
        restsSince = rests ? (restsSince ?? realNow()) : undefined
        if (restsSince !== undefined && realNow() - restsSince > restMsMax) {
          const message = `at ${Math.round(this.#now)} ms of virtual time nothing is left to happen, and somebody waits`
          end(() => reject(new HarnessError(message)))
          return
        }
        // Between any two of them promises and ticks come to rest, as between turns of the loop, which cost more.
        for (let count = 0; count < turnsAtOnce; count += 1) realImmediate(turn)
        if (rests) realTimeout(turns, 1)
        else realImmediate(turns)
      }
      turns()
    })
  }

  #run(due: Due): void {
    const { run, at } = due
    due.run = undefined
    this.#now = Math.max(this.#now, at)
    this.#events += 1
    run?.()
  }

  #push(due: Due): void {
    const heap = this.#heap
    let place = heap.length
    heap.push(due)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above] as Due
      if (isBefore(parent, due)) break
      heap[place] = parent
      place = above
    }
    heap[place] = due
  }

  /** The next that is still wanted. */
  #pop(): Due | undefined {
    for (let first = this.#popAny(); first; first = this.#popAny()) if (first.run) return first
    return undefined
  }

  #popAny(): Due | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      const left = heap[below]
      if (!left) break
      const right = heap[below + 1]
      if (right && isBefore(right, left)) below += 1
      const child = heap[below] as Due
      if (isBefore(last, child)) break
      heap[place] = child
      place = below
    }
    heap[place] = last
    return first
  }
}

const realPerformance = performance
const realNow = realPerformance.now.bind(realPerformance)

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.sequence < other.sequence)
}
