import type { Readable } from 'node:stream'

/** How many lines of a container are kept. */
const keptLines = 200

/**
 * How waiting for a container came out: it said that it is ready, its output ended first, time ran out, or nobody wants
 * to know any more.
 */
export type Readiness = 'ready' | 'ended' | 'late' | 'given up'

/** Follows what one container writes: keeps the last lines, and notices when it says that it is ready. */
export class LogTail {
  readonly #lines: string[] = []
  readonly #ready: RegExp
  #rest = ''
  readonly #settled = Promise.withResolvers<Readiness>()

  /** It is ready when a line has matched `ready`. */
  constructor(ready: RegExp) {
    this.#ready = ready
  }

  /** Reads a stream of text to its end. Call it once. */
  follow(stream: Readable): void {
    stream.on('data', (text: string) => {
      const lines = (this.#rest + text).split(/\r?\n/)
      this.#rest = lines.pop() ?? ''
      for (const line of lines) this.#add(line)
    })
    // An engine that goes away ends its containers' output too.
    for (const end of ['end', 'error', 'close']) stream.on(end, () => this.#end())
  }

  /** The last lines, oldest first. */
  lines(): string[] {
    return [...this.#lines]
  }

  /** Resolves once it is known how the container came up, at the latest after `deadlineMs` or when `signal` aborts. */
  async readiness(deadlineMs: number, signal: AbortSignal): Promise<Readiness> {
    const giveUp = () => this.#settled.resolve('given up')
    const timer = setTimeout(() => this.#settled.resolve('late'), deadlineMs)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp)
    try {
      return await this.#settled.promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }

  #add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > keptLines) this.#lines.shift()
    if (this.#ready.test(line)) this.#settled.resolve('ready')
  }

  #end(): void {
    if (this.#rest !== '') this.#add(this.#rest)
    this.#rest = ''
    this.#settled.resolve('ended')
  }
}
