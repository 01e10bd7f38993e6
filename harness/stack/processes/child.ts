import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { StackError } from '../../errors.ts'

const linesMax = 2_000

export interface ChildOptions {
  service: string
  command: string
  args: readonly string[]
  env: Record<string, string>
  cwd?: string
  uid?: number
  gid?: number
  /** What it reads from its standard input. Default: nothing. */
  input?: string
  /** Called in the same tick as the spawn. If it throws, the process is killed. */
  onSpawn?(pid: number): void
}

/** A child process of the stack: its last lines are kept, and it can be waited for. */
export class Child {
  readonly service: string
  readonly process: ChildProcess
  readonly #lines: string[] = []
  readonly #watchers = new Set<(line: string) => void>()
  readonly exited: Promise<string>

  constructor(options: ChildOptions) {
    const { service, command, args, env, cwd, uid, gid, input, onSpawn } = options
    this.service = service
    this.process = spawn(command, args, {
      env,
      cwd,
      // A group of its own: Ctrl-C in a terminal goes to the harness alone, which then takes the stack down in order.
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    })
    try {
      if (this.process.pid !== undefined) onSpawn?.(this.process.pid)
    } catch (error) {
      this.process.kill('SIGKILL')
      throw error
    }
    // One that ends without reading all of it says itself what is wrong.
    this.process.stdin?.on('error', () => {})
    this.process.stdin?.end(input)
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', line => {
        this.#lines.push(line)
        if (this.#lines.length > linesMax) this.#lines.shift()
        for (const watch of this.#watchers) watch(line)
      })
    }
    this.exited = new Promise(resolve => {
      this.process.once('error', error => resolve(`could not be started: ${error.message}`))
      this.process.once('close', (code, signal) =>
        resolve(signal ? `was ended by ${signal}` : `ended with ${code}`),
      )
    })
  }

  logs(): string[] {
    return [...this.#lines]
  }

  /** Resolves with what `pick` makes of the first line that it makes something of. */
  async waitForLine<T>(what: string, pick: (line: string) => T | undefined, timeoutMs: number): Promise<T> {
    const found = Promise.withResolvers<T>()
    const watch = (line: string) => {
      const picked = pick(line)
      if (picked !== undefined) found.resolve(picked)
    }
    this.#watchers.add(watch)
    this.#lines.forEach(watch)
    const fail = (why: string) =>
      found.reject(
        new StackError(this.service, `${why} before it said "${what}"`, { logs: this.logs().slice(-20) }),
      )
    const timer = setTimeout(() => fail(`took over ${timeoutMs} ms`), timeoutMs)
    void this.exited.then(fail)
    try {
      return await found.promise
    } finally {
      clearTimeout(timer)
      this.#watchers.delete(watch)
    }
  }

  /** Sends a signal and waits for the end; after `graceMs` it is killed. Idempotent. */
  async end(signal: NodeJS.Signals, graceMs = 3_000): Promise<void> {
    if (this.process.pid === undefined || this.process.exitCode !== null || this.process.signalCode !== null)
      return
    this.process.kill(signal)
    // A stopped process does not act on a signal other than SIGKILL until it goes on.
    this.process.kill('SIGCONT')
    const timer = setTimeout(() => this.process.kill('SIGKILL'), graceMs)
    await this.exited
    clearTimeout(timer)
  }
}
