/** Those who wait for news. */
export class Waiters {
  readonly #waiting = new Set<() => void>()
  readonly #ends = new Set<() => void>()

  /** Resolves once `hasNews` after a wake, when it has taken `waitMs`, when the signal aborts, or at the end. */
  wait(hasNews: () => boolean, waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        this.#waiting.delete(wake)
        this.#ends.delete(end)
        resolve()
      }
      const wake = () => {
        if (hasNews()) end()
      }
      const timer = setTimeout(end, waitMs)
      this.#waiting.add(wake)
      this.#ends.add(end)
      if (signal.aborted) end()
      else signal.addEventListener('abort', end)
    })
  }

  wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  end(): void {
    for (const end of [...this.#ends]) end()
  }
}
