import { DueHeap } from './due-heap.ts'

/** The longest that `setTimeout` can wait, ms; a longer one would fire at once. */
const timeoutMsMax = 2 ** 31 - 1
/** What is due within this is waited for by turning the event loop: a timer's grain is 1 ms. */
const turnMsMax = 0.7
/** It is turned so long at most; then, for so many times as long as that was, timers must do. */
const turningMsMax = 4
const restFactor = 4

/** A timer for one moment at a time, on the clock of `performance.now`. It may ring late, but never early. */
export class Alarm {
  readonly ring: () => void
  dueAt = Number.POSITIVE_INFINITY
  place = -1
  /** Its moment has come, and it is about to ring. */
  isDue = false

  constructor(ring: () => void) {
    this.ring = ring
  }

  /** Rings once at `dueAt` (ms), instead of whenever it would have rung. */
  set(dueAt: number): void {
    this.isDue = false
    this.dueAt = dueAt
    clock.put(this)
  }

  clear(): void {
    this.isDue = false
    clock.remove(this)
  }
}

/** All alarms of the process, on one timer. */
class Clock {
  readonly #alarms = new DueHeap<Alarm>()
  #timer: NodeJS.Timeout | undefined
  #turn: NodeJS.Immediate | undefined
  /** What the timer or the turn is for: nothing is due before. */
  #armedFor = Number.POSITIVE_INFINITY
  #turningSince: number | undefined
  #restsUntil = 0

  put(alarm: Alarm): void {
    this.#alarms.put(alarm)
    // Where the first is due later than before, what is set rings for nothing, and then sets the right one.
    if (alarm.dueAt < this.#armedFor) this.#arm(performance.now())
  }

  remove(alarm: Alarm): void {
    this.#alarms.remove(alarm)
    if (this.#alarms.first === undefined) this.#disarm()
  }

  #disarm(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#turn)
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  #arm(now: number): void {
    this.#disarm()
    const { first } = this.#alarms
    const leftMs = (first?.dueAt ?? Number.POSITIVE_INFINITY) - now
    const turns = leftMs <= 0 || (leftMs <= turnMsMax && this.#mayTurn(now))
    if (turns) this.#turningSince ??= now
    else this.#endTurning(now)
    if (first === undefined) return
    this.#armedFor = first.dueAt
    if (turns) this.#turn = setImmediate(() => this.#ring())
    // A timer fires up to 1 ms early or late: it is set for a while before, and once more then.
    else this.#timer = setTimeout(() => this.#ring(), Math.min(Math.max(1, leftMs - 1), timeoutMsMax))
  }

  /** Turning costs a core: it may take a fifth of one. */
  #mayTurn(now: number): boolean {
    const since = this.#turningSince
    return since === undefined ? now >= this.#restsUntil : now - since < turningMsMax
  }

  #endTurning(now: number): void {
    if (this.#turningSince === undefined) return
    this.#restsUntil = now + (now - this.#turningSince) * restFactor
    this.#turningSince = undefined
  }

  #ring(): void {
    this.#armedFor = Number.POSITIVE_INFINITY
    const now = performance.now()
    const due: Alarm[] = []
    for (let { first } = this.#alarms; first !== undefined && first.dueAt <= now; { first } = this.#alarms) {
      this.#alarms.remove(first)
      first.isDue = true
      due.push(first)
    }
    try {
      for (const alarm of due) {
        // One may have cleared or set another.
        if (!alarm.isDue) continue
        alarm.isDue = false
        alarm.ring()
      }
    } finally {
      this.#arm(performance.now())
    }
  }
}

let clock = new Clock()

/** Forgets all alarms, and how busy it was: for who begins anew with another clock, such as a simulation. */
export function restartAlarms(): void {
  clock = new Clock()
}
