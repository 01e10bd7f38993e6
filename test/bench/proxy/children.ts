import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { HarnessError } from '../../../harness/errors.ts'
import { nodeBinary } from '../../../harness/stack/node-binary.ts'
import type { Job, Reply } from './jobs.ts'

export interface Program {
  pid: number
  /** Resolves with why there is no such process any more. */
  over: Promise<string>
  end(): Promise<void>
}

/** The processes that a benchmark has started. They end with it, on Ctrl-C too. */
export class Children {
  readonly #running = new Set<ChildProcess>()
  readonly #onExit = () => this.#kill()
  readonly #onSignal = (signal: NodeJS.Signals) => {
    this.#kill()
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }

  constructor() {
    process.on('exit', this.#onExit)
    for (const signal of signals) process.on(signal, this.#onSignal)
  }

  /** Starts a program; `onLine` gets what it says on its standard output. */
  program(
    command: string,
    args: readonly string[],
    { env = {}, onLine }: { env?: Readonly<Record<string, string>>; onLine?: (line: string) => void } = {},
  ): Program {
    const child = spawn(command, args, {
      stdio: ['ignore', onLine === undefined ? 'ignore' : 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, ...env },
    })
    this.#keep(child)
    if (child.stdout !== null && onLine !== undefined) {
      createInterface({ input: child.stdout }).on('line', onLine)
    }
    const over = new Promise<string>(resolve => {
      child.once('error', error => resolve(`${command} cannot be started: ${error.message}`))
      child.once('close', code => resolve(`${command} ended with ${code}`))
    })
    return { pid: child.pid ?? 0, over, end: () => end(child) }
  }

  /** Starts one of the ends of the connections that are measured. */
  end(script: 'near-end.ts' | 'far-end.ts'): End {
    const child = fork(join(import.meta.dirname, script), { execPath: nodeBinary(), execArgv: [] })
    this.#keep(child)
    return new End(script, child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map(end))
    process.off('exit', this.#onExit)
    for (const signal of signals) process.off(signal, this.#onSignal)
  }

  #keep(child: ChildProcess): void {
    this.#running.add(child)
    child.once('close', () => this.#running.delete(child))
  }

  #kill(): void {
    for (const child of this.#running) child.kill('SIGKILL')
  }
}

/** No job takes nearly as long. */
const jobMsMax = 30_000

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

/** One end of the connections: a process that is given jobs, one after another. */
export class End {
  readonly #name: string
  readonly #child: ChildProcess

  constructor(name: string, child: ChildProcess) {
    this.#name = name
    this.#child = child
  }

  /** Rejects with HarnessError. */
  async ask<K extends keyof Job>(
    kind: K,
    ...[input]: Parameters<Job[K]>
  ): Promise<Awaited<ReturnType<Job[K]>>> {
    const reply = new Promise<Reply>((resolve, reject) => {
      const over = () => reject(new HarnessError(`${this.#name}, ${kind}: it is gone`))
      const late = () => reject(new HarnessError(`${this.#name}, ${kind}: took over ${jobMsMax} ms`))
      const timer = setTimeout(late, jobMsMax)
      this.#child.once('close', over)
      this.#child.once('message', message => {
        clearTimeout(timer)
        this.#child.off('close', over)
        resolve(message as Reply)
      })
    })
    this.#child.send({ kind, input })
    const { error, result } = await reply
    if (error !== undefined) throw new HarnessError(`${this.#name}, ${kind}: ${error}`)
    return result as Awaited<ReturnType<Job[K]>>
  }
}
