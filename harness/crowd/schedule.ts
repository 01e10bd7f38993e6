/** Starts things when they are due and does not wait for them: the open loop. */
type Action = (at: number) => Promise<unknown>

export class Schedule {
  #entries: { at: number; action: Action }[] = []
  readonly #running = new Set<Promise<unknown>>()
  readonly #lagsMs: number[] = []
  #timer: NodeJS.Timeout | undefined
  #tick: () => void = () => {}
  #failure: { error: unknown } | undefined
  readonly #allStarted = Promise.withResolvers<void>()

  add(times: readonly number[], action: Action): void {
    for (const at of times) this.#entries.push({ at, action })
  }

  /** Begins; `now` is the clock that the times are on. */
  start(now: () => number): void {
    this.#entries.sort((a, b) => a.at - b.at)
    let next = 0
    this.#tick = () => {
      for (let entry = this.#entries[next]; entry && entry.at <= now(); entry = this.#entries[++next]) {
        this.#lagsMs.push(now() - entry.at)
        this.#run(entry.action, entry.at)
      }
      const entry = this.#entries[next]
      if (entry) this.#timer = setTimeout(this.#tick, Math.max(1, entry.at - now()))
      else this.#allStarted.resolve()
    }
    this.#tick()
  }

  /** Resolves when everything was started and has ended. Rejects with the first error: an action must not throw. */
  async finished(): Promise<void> {
    await this.#allStarted.promise
    await Promise.all(this.#running)
    if (this.#failure) throw this.#failure.error
  }

  /** Nothing that is due at a time or later is started any more. */
  cut(until: number): void {
    this.#entries = this.#entries.filter(({ at }) => at < until)
    // Whatever it sleeps for may have gone.
    clearTimeout(this.#timer)
    this.#tick()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#allStarted.resolve()
  }

  get lagP99Ms(): number {
    const sorted = this.#lagsMs.toSorted((a, b) => a - b)
    return sorted[Math.floor(sorted.length * 0.99)] ?? 0
  }

  #run(action: Action, at: number): void {
    const running = Promise.try(action, at)
      .catch(error => {
        this.#failure ??= { error }
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }
}

/** Date.now() leaves out the part of a millisecond that has gone by: what was done in it must not come after the beginning. */
export function nextMs(): number {
  return Date.now() + 1
}
