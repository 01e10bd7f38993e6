import type { Started, StartedProxy } from './driver.ts'

/** What was started, and how long each start took. */
export class StartRecords {
  readonly #started = new Map<string, Started | StartedProxy>()
  readonly tookMs: Record<string, number> = {}

  async keep<T extends Started | StartedProxy>(name: string, start: Promise<T>): Promise<T> {
    const began = performance.now()
    const started = await start
    this.#started.set(name, started)
    this.tookMs[name] = performance.now() - began
    return started
  }

  logs(): Record<string, string[]> {
    return Object.fromEntries([...this.#started].map(([name, { logs }]) => [name, logs()]))
  }
}
