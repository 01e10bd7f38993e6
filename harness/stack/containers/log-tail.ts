import type { Readable } from 'node:stream'

/** How many lines of a container are kept. */
const keptLines = 200

/** How waiting for a container came out: it said that it is ready, its output ended first, or time ran out. */
export type Readiness = 'ready' | 'ended' | 'late'

/** Follows what one container writes: keeps the last lines, and notices when it says that it is ready. */
export class LogTail {
  readonly #lines: string[] = []
  readonly #ready: RegExp
  #missing: number
  #rest = ''
  readonly #settled = Promise.withResolvers<Readiness>()

  /** It is ready when `readyLines` lines have matched `ready`. */
  constructor(ready: RegExp, readyLines: number) {
    this.#ready = ready
    this.#missing = readyLines
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

  /** Resolves once it is known how the container came up, at the latest after `deadlineMs`. */
  async readiness(deadlineMs: number): Promise<Readiness> {
    const timer = setTimeout(() => this.#settled.resolve('late'), deadlineMs)
    try {
      return await this.#settled.promise
    } finally {
      clearTimeout(timer)
    }
  }

  #add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > keptLines) this.#lines.shift()
    if (this.#missing > 0 && this.#ready.test(line)) {
      this.#missing -= 1
      if (this.#missing === 0) this.#settled.resolve('ready')
    }
  }

  #end(): void {
    if (this.#rest !== '') this.#add(this.#rest)
    this.#rest = ''
    this.#settled.resolve('ended')
  }
}
