/** The runtime without an engine: every service is a child process on 127.0.0.1. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { proxyNodeFlags } from '../../proxy/node-flags.ts'
import type { Driver, Started } from '../driver.ts'
import { type Ledger, stackVariable } from '../ledger.ts'
import { nodeBinary, rootFolder } from '../node-binary.ts'
import { Starts } from '../starts.ts'
import { Child, type ChildOptions } from './child.ts'
import { startPostgresProcess } from './postgres.ts'

const startTimeoutMs = 30_000
/** Types stripped and code compiled once, not by every process of every stack: half of what a start costs. */
const compileCache = join(rootFolder, 'node_modules', '.cache', 'firebreak')
const keepCompiled = pathToFileURL(join(import.meta.dirname, 'keep-compiled.js')).href
const listening = z.object({ event: z.literal('listening'), port: z.number() })

export interface ProcessesDriverOptions {
  stack: string
  ledger: Ledger
}

export function createProcessesDriver({ stack, ledger }: ProcessesDriverOptions): Driver {
  const processes = new ChildProcesses(stack, ledger)

  function folderOf(service: string): string {
    const folder = join(ledger.folder, service)
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    return folder
  }

  async function startNode(
    service: string,
    script: string,
    env: Record<string, string>,
    flags: readonly string[] = ['--disable-warning=ExperimentalWarning'],
  ): Promise<Started> {
    const child = processes.spawn({
      service,
      command: nodeBinary(),
      args: [...flags, `--import=${keepCompiled}`, join(rootFolder, script)],
      cwd: folderOf(service),
      env: { HOST: '127.0.0.1', PORT: '0', NODE_COMPILE_CACHE: compileCache, ...env },
    })
    const port = await child.waitForLine('listening', portIn, startTimeoutMs)
    return { upstream: `127.0.0.1:${port}`, logs: () => child.logs() }
  }

  async function startPostgres(service: string, user: string, password: string): Promise<Started> {
    const folder = folderOf(service)
    const spawn = (options: ChildOptions) => processes.spawn(options, 'SIGQUIT')
    const { port, logs } = await startPostgresProcess({ service, folder, user, password, spawn })
    return { upstream: `127.0.0.1:${port}`, logs }
  }

  return {
    runtime: 'processes',
    upstreamOf: () => undefined,
    // The kernel chooses all ports.
    plannedAddresses: () => undefined,
    startProxy: () =>
      processes.starts.run('proxy', async () => {
        const started = await startNode('proxy', 'harness/proxy/main.ts', {}, proxyNodeFlags)
        return {
          apiUrl: `http://${started.upstream}`,
          listen: () => '127.0.0.1:0',
          inside: (_link, address) => address,
          outside: (_link, address) => address,
          logs: started.logs,
        }
      }),
    startPostgres: (name, { user, password }) =>
      processes.starts.run(name, () => startPostgres(name, user, password)),
    startService: (name, program, env) =>
      processes.starts.run(name, () =>
        startNode(name, `services/${program}/main.ts`, { DATA_DIR: join(folderOf(name), 'data'), ...env }),
      ),
    stop: () => processes.end(),
  }
}

/** The processes of a stack. */
class ChildProcesses {
  readonly #stack: string
  readonly #ledger: Ledger
  readonly #ends: (() => Promise<void>)[] = []
  readonly starts = new Starts()

  constructor(stack: string, ledger: Ledger) {
    this.#stack = stack
    this.#ledger = ledger
  }

  /** Starts a process, written down in the ledger. `signal` is what ends it at once and cleanly. */
  spawn(options: ChildOptions, signal: 'SIGKILL' | 'SIGQUIT' = 'SIGKILL'): Child {
    this.starts.check(options.service)
    const child = new Child({
      ...options,
      // Nothing of the caller's environment: a service must not differ by who started it.
      env: { PATH: process.env.PATH ?? '', ...options.env, [stackVariable]: this.#stack },
      onSpawn: pid => this.#ledger.recordProcess(options.service, pid, signal),
    })
    this.#ends.push(() => child.end(signal))
    return child
  }

  /** Ends all processes and waits for the starts under way, which fail now. Idempotent. */
  async end(): Promise<void> {
    this.starts.refuse()
    // Together: they are killed, so no order makes it gentler.
    const results = await Promise.allSettled(this.#ends.splice(0).map(end => end()))
    await this.starts.settle()
    const errors = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
    if (errors.length > 0) throw new AggregateError(errors, 'some processes could not be ended')
  }
}

function portIn(line: string): number | undefined {
  if (!line.includes('"listening"')) return undefined
  try {
    return listening.safeParse(JSON.parse(line)).data?.port
  } catch {
    return undefined
  }
}
