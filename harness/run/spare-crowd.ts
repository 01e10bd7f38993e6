/** Keeps the process of the next crowd ready: to start it takes a quarter of a second, for which a run would wait. */
import { CrowdProcess } from '../crowd/crowd-process.ts'

export class SpareCrowd implements AsyncDisposable {
  #kept: { stack: string; crowd: CrowdProcess } | undefined

  /** Starts one for a stack, by its id, with which it ends; one that was kept for another is ended. */
  startFor(stack: string): void {
    const kept = this.take(stack)
    // A run that has to wait for its crowd is still a run.
    try {
      this.#kept = { stack, crowd: kept ?? new CrowdProcess(stack) }
    } catch {}
  }

  /** Gives it away, if there is one for that stack. */
  take(stack: string): CrowdProcess | undefined {
    const kept = this.#kept
    this.#kept = undefined
    if (kept?.stack === stack && kept.crowd.isThere) return kept.crowd
    void kept?.crowd[Symbol.asyncDispose]()
    return undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const kept = this.#kept
    this.#kept = undefined
    await kept?.crowd[Symbol.asyncDispose]()
  }
}
