/** The runtime without an engine: every service is a child process on 127.0.0.1. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { HarnessError, StackError } from '../../errors.ts'
import { proxyNodeFlags } from '../../proxy/node-flags.ts'
import type { DatabaseSecrets, Driver, Started, StartedProxy, Starting } from '../driver.ts'
import { type Ledger, stackVariable } from '../ledger.ts'
import { nodeBinary, programFile, rootFolder } from '../node-binary.ts'
import type { ServiceLimits, ServiceStatus, ServiceVersion } from '../service-control.ts'
import { Starts } from '../starts.ts'
import type { Link, Program } from '../topology.ts'
import { Child, type ChildOptions } from './child.ts'
import { Instance, type Launch } from './instance.ts'
import { startPostgresProcess } from './postgres.ts'

const startTimeoutMs = 30_000
/** Types stripped and code compiled once, not by every process of every stack: half of what a start costs. */
const compileCache = join(rootFolder, 'node_modules', '.cache', 'firebreak')
const keepCompiled = pathToFileURL(join(import.meta.dirname, 'keep-compiled.js')).href
const listening = z.object({ event: z.literal('listening'), port: z.number() })
const proxyName = 'proxy'

export interface ProcessesDriverOptions {
  stack: string
  ledger: Ledger
}

export function createProcessesDriver(options: ProcessesDriverOptions): Driver {
  return new ProcessesDriver(options)
}

class ProcessesDriver implements Driver {
  readonly runtime = 'processes'
  readonly #ledger: Ledger
  readonly #processes: ChildProcesses
  readonly #instances = new Map<string, Instance>()
  #proxy: Child | undefined

  constructor({ stack, ledger }: ProcessesDriverOptions) {
    this.#ledger = ledger
    this.#processes = new ChildProcesses(stack, ledger)
  }

  upstreamOf(): undefined {
    return undefined
  }

  plannedAddresses(): undefined {
    // The kernel chooses all ports.
    return undefined
  }

  startProxy(): Promise<StartedProxy> {
    return this.#startProxy(() => '127.0.0.1:0')
  }

  startPostgres(name: string, { user, password }: DatabaseSecrets): Promise<Started> {
    return this.#processes.starts.run(name, async () => {
      const spawn = (options: ChildOptions) => this.#processes.spawn(options, 'SIGQUIT')
      const folder = this.#folderOf(name)
      const server = await startPostgresProcess({ service: name, folder, user, password, spawn })
      const upstream = `127.0.0.1:${server.port}`
      return this.#keep(
        new Instance({
          name,
          child: server.child,
          upstream,
          endSignal: 'SIGINT',
          hasChildren: true,
          launch(version) {
            if (version?.build !== undefined)
              throw new StackError(name, 'is a database, of which there is no other build')
            const { child, ready } = server.again()
            return { child, upstream: ready.then(() => upstream) }
          },
        }),
      )
    })
  }

  startService(
    name: string,
    program: Exclude<Program, 'postgres'>,
    env: Record<string, string>,
  ): Promise<Started> {
    return this.#processes.starts.run(name, async () => {
      const script = `services/${program}/main`
      const first = { DATA_DIR: join(this.#folderOf(name), 'data'), ...env }
      const launch = (version: ServiceVersion = {}) =>
        this.#launch(name, script, { ...first, ...version.env }, version.build)
      const { child, upstream } = launch()
      const options = { name, child, launch, endSignal: 'SIGTERM', hasChildren: false } as const
      return this.#keep(new Instance({ ...options, upstream: await upstream }))
    })
  }

  async status(name: string): Promise<ServiceStatus> {
    return this.#instance(name).status()
  }

  kill(name: string): Promise<void> {
    return this.#instance(name).kill()
  }

  pause(name: string): Promise<void> {
    return this.#instance(name).pause()
  }

  async resume(name: string): Promise<void> {
    this.#instance(name).resume()
  }

  async restart(name: string, version?: ServiceVersion): Promise<Starting> {
    this.#processes.starts.check(name)
    const starting = await this.#instance(name).restart(version)
    this.#processes.starts.run(name, () => starting.listening).catch(() => {})
    return starting
  }

  async limit(name: string, limits: ServiceLimits | undefined): Promise<'imitated'> {
    this.#instance(name).limit(limits)
    return 'imitated'
  }

  async isolate(): Promise<boolean> {
    // All of them are on one machine.
    return false
  }

  async rejoin(): Promise<void> {}

  async replaceProxy(_links: readonly Link[], listens: ReadonlyMap<string, string>): Promise<StartedProxy> {
    await this.#proxy?.end('SIGKILL')
    return this.#startProxy(({ name }) => listens.get(name) ?? '127.0.0.1:0')
  }

  stop(): Promise<void> {
    return this.#processes.end()
  }

  #instance(name: string): Instance {
    const instance = this.#instances.get(name)
    if (instance) return instance
    throw new HarnessError(`no service ${name} runs; there are: ${[...this.#instances.keys()].join(', ')}`)
  }

  #keep(instance: Instance): Started {
    const { name } = instance.options
    this.#instances.set(name, instance)
    return { upstream: instance.upstream, logs: () => instance.logs() }
  }

  #startProxy(listen: (link: Link) => string): Promise<StartedProxy> {
    return this.#processes.starts.run(proxyName, async () => {
      const launch = this.#launch(proxyName, 'harness/proxy/main', {}, undefined, proxyNodeFlags)
      this.#proxy = launch.child
      return {
        apiUrl: `http://${await launch.upstream}`,
        listen,
        inside: (_link, address) => address,
        outside: (_link, address) => address,
        logs: () => launch.child.logs(),
      }
    })
  }

  #folderOf(service: string): string {
    const folder = join(this.#ledger.folder, service)
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    return folder
  }

  #launch(
    service: string,
    script: string,
    env: Record<string, string>,
    build?: string,
    flags: readonly string[] = ['--disable-warning=ExperimentalWarning'],
  ): Launch {
    const imports = build === undefined ? [] : [pathToFileURL(programFile(`harness/builds/${build}`)).href]
    const child = this.#processes.spawn({
      service,
      command: nodeBinary(),
      args: [...flags, ...[...imports, keepCompiled].map(url => `--import=${url}`), programFile(script)],
      cwd: this.#folderOf(service),
      env: { HOST: '127.0.0.1', PORT: '0', NODE_COMPILE_CACHE: compileCache, ...env },
    })
    const port = child.waitForLine('listening', portIn, startTimeoutMs)
    return { child, upstream: port.then(found => `127.0.0.1:${found}`) }
  }
}

/** The processes of a stack. */
class ChildProcesses {
  readonly #stack: string
  readonly #ledger: Ledger
  readonly #ends = new Set<() => Promise<void>>()
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
    const end = () => child.end(signal)
    this.#ends.add(end)
    void child.exited.then(() => this.#ends.delete(end))
    return child
  }

  /** Ends all processes and waits for the starts under way, which fail now. Idempotent. */
  async end(): Promise<void> {
    this.starts.refuse()
    // Together: they are killed, so no order makes it gentler.
    const results = await Promise.allSettled([...this.#ends].map(end => end()))
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
