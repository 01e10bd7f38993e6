/**
 * A room for the program: a temporary folder of its own, so that its ledgers are not mixed up with those of other
 * runs on this machine, and the means to see what it leaves. Everything here looks at what the room itself started,
 * and at nothing else.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import {
  findEngine,
  listStackLeftovers,
  removeStackContainers,
} from '../../harness/stack/containers/engine.ts'
import { Ledger, stackVariable } from '../../harness/stack/ledger.ts'
import { nodeBinary, rootFolder } from '../../harness/stack/node-binary.ts'
import { startOf } from '../../harness/stack/process-identity.ts'

const program = join(rootFolder, 'harness/cli/firebreak.js')
/** Shared by all rooms: only an economy. */
const transformCache = join(rootFolder, 'node_modules', '.cache', 'firebreak-test-transforms')
const engineAnswers = (await findEngine()).ok
/** How long the clean-up after a death may take, ms. */
const cleanUpMsMax = 30_000

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  /** All that it wrote, standard output and error as they came. */
  output: string
}

/** A running program. */
export interface Run {
  pid: number
  ended: Promise<Ended>
  output(): string
  /** Stops listening, as a pager that is left does. */
  closeOutput(): void
  /** Resolves once the output matches; rejects, with the output, if the program ends before or it takes too long. */
  says(pattern: RegExp, limitMs?: number): Promise<void>
  signal(signal: NodeJS.Signals): void
}

export class Room implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'firebreak-test-'))
  /** Where results go. */
  readonly out = join(this.folder, 'out')
  readonly ledgerRoot = join(this.folder, `firebreak-${userInfo().username}`)
  readonly #stacks = new Set<string>()
  readonly #watch = setInterval(() => this.stacks(), 50)

  constructor() {
    // A database server that drops root must be able to enter.
    chmodSync(this.folder, 0o755)
  }

  /** Runs `firebreak` with some arguments, in the repository or in a folder below the room's. */
  firebreak(args: readonly string[], env: Record<string, string> = {}, cwd = rootFolder): Run {
    return this.node([program, ...args], env, cwd)
  }

  /** The same, to its end. */
  async firebreakEnds(args: readonly string[], env?: Record<string, string>): Promise<Ended> {
    return this.firebreak(args, env).ended
  }

  /** `firebreak run`, with results below the room's folder. */
  run(args: readonly string[], env?: Record<string, string>): Run {
    return this.firebreak(['run', '--out', this.out, ...args], env)
  }

  /** Runs Node with some arguments. */
  node(args: readonly string[], env: Record<string, string> = {}, cwd = rootFolder): Run {
    const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = process.env
    const child = spawn(nodeBinary(), args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inherited,
        TMPDIR: this.folder,
        PWTEST_CACHE_DIR: transformCache,
        // Only where a test is about it: a browser costs what is measured.
        FIREBREAK_BROWSER: 'none',
        ...env,
      },
    })
    return runOf(child)
  }

  /** The ids of all stacks that have been seen in this room. */
  stacks(): string[] {
    for (const { stack } of this.ledgers()) this.#stacks.add(stack)
    return [...this.#stacks]
  }

  ledgers(): Ledger[] {
    try {
      const folders = readdirSync(this.ledgerRoot, { withFileTypes: true }).filter(entry =>
        entry.isDirectory(),
      )
      return folders.map(({ name }) => new Ledger(name, join(this.ledgerRoot, name)))
    } catch {
      return []
    }
  }

  /** The process that owns the one stack there is. */
  owner(): number {
    const owners = this.ledgers().flatMap(ledger => ledger.entries().filter(({ kind }) => kind === 'owner'))
    expect(owners).toHaveLength(1)
    const [owner] = owners
    return owner?.kind === 'owner' ? owner.pid : Number.NaN
  }

  /** The processes that the room's programs have started, and that run. Linux only; elsewhere none are seen. */
  processes(): { pid: number; command: string }[] {
    if (process.platform !== 'linux') return []
    const marks = [`TMPDIR=${this.folder}\0`, ...this.stacks().map(stack => `${stackVariable}=${stack}\0`)]
    return readdirSync('/proc')
      .map(Number)
      .filter(pid => pid > 0 && startOf(pid) !== undefined)
      .flatMap(pid => {
        const environment = `${readProc(pid, 'environ')}\0`
        const isOurs = marks.some(mark => environment.includes(mark))
        return isOurs ? [{ pid, command: readProc(pid, 'cmdline').replaceAll('\0', ' ') }] : []
      })
  }

  /** Numbers of the processes whose command matches. */
  find(command: RegExp): number[] {
    return this.processes().flatMap(each => (command.test(each.command) ? [each.pid] : []))
  }

  /** Numbers of the processes of a service; of a database its server and all that this has started. */
  processesOf(service: string): number[] {
    return this.processes().flatMap(({ pid, command }) => {
      const isNamed = `${readProc(pid, 'environ')}\0`.includes(`NAME=${service}\0`)
      return isNamed || command.includes(`/${service}/data`) ? [pid] : []
    })
  }

  /** All that is left, in words. */
  async leftovers(): Promise<string[]> {
    const stacks = this.stacks()
    const onEngine = engineAnswers ? await listStackLeftovers() : []
    return [
      ...this.processes().map(({ pid, command }) => `process ${pid}: ${command}`),
      ...this.ledgers().map(({ folder }) => `folder ${folder}`),
      ...onEngine
        .filter(({ stack }) => stacks.includes(stack))
        .flatMap(({ containers, networks, volumes }) => [...containers, ...networks, ...volumes]),
    ].sort()
  }

  /** Waits, for a while, until nothing is left of at least one stack. */
  async expectNothingLeft(): Promise<void> {
    expect(this.stacks()).not.toEqual([])
    const end = Date.now() + cleanUpMsMax
    while ((await this.leftovers()).length > 0 && Date.now() < end) await sleep(100)
    expect(await this.leftovers()).toEqual([])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watch)
    // Nothing, unless a test failed.
    for (const { pid } of this.processes()) kill(pid, 'SIGKILL')
    if (engineAnswers) for (const stack of this.stacks()) await removeStackContainers(stack)
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

function readProc(pid: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

function runOf(child: ChildProcess): Run {
  let output = ''
  let isOver = false
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', chunk => {
      output += chunk
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    // Its own end, not that of all who share its output: some outlive it.
    child.once('exit', (code, signal) => {
      setTimeout(() => {
        isOver = true
        resolve({ code, signal, output })
      }, 100)
    })
  })
  return {
    pid: child.pid ?? Number.NaN,
    ended,
    output: () => output,
    closeOutput() {
      child.stdout?.destroy()
      child.stderr?.destroy()
    },
    async says(pattern, limitMs = 60_000) {
      for (const end = Date.now() + limitMs; !pattern.test(output); await sleep(20)) {
        if (isOver || Date.now() > end) {
          throw new Error(
            `${isOver ? 'it ended' : `${limitMs} ms passed`} before ${pattern}; it said:\n${output}`,
          )
        }
      }
    },
    signal: signal => void child.kill(signal),
  }
}
