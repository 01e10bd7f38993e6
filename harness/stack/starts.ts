import { HarnessError, StackError } from '../errors.ts'

/** The starts of a driver that are under way, so that taking the stack down can wait for them. */
export class Starts {
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #refusal = new AbortController()

  /** Aborts, with a HarnessError, once no more are let begin: for what a start that had begun waits for. */
  get signal(): AbortSignal {
    return this.#refusal.signal
  }

  /** Runs a start. Rejects with StackError once no more are let begin. */
  async run<T>(service: string, start: () => Promise<T>): Promise<T> {
    this.check(service)
    const starting = start()
    this.#underWay.add(starting)
    try {
      return await starting
    } finally {
      this.#underWay.delete(starting)
    }
  }

  /** Throws StackError once no more are let begin: for the later steps of one that had begun. */
  check(service: string): void {
    const { aborted, reason } = this.signal
    if (aborted) throw new StackError(service, reason.message, { cause: reason })
  }

  /** Lets no more begin. */
  refuse(): void {
    this.#refusal.abort(new HarnessError('cannot start: the stack is being stopped'))
  }

  /** Waits for the end, good or bad, of those under way, at most `limitMs`; whether all of them have ended. */
  async settle(limitMs?: number): Promise<boolean> {
    const ended = Promise.allSettled(this.#underWay).then(() => true)
    if (limitMs === undefined) return ended
    const late = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => late.resolve(false), limitMs)
    try {
      return await Promise.race([ended, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
