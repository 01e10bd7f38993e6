/** One instance of a service in a simulation: the process that runs now, what it has on disk, and what it has written. */
import { HarnessError, messageOf, StackError } from '../../errors.ts'
import type { ServiceLimits, ServiceStatus, ServiceVersion } from '../service-control.ts'
import type { ServiceSpec } from '../topology.ts'
import { buildOf, type VirtualBuild } from './builds.ts'
import { virtualFetch } from './calling.ts'
import type { Peer } from './connection.ts'
import { threads } from './costs.ts'
import type { VirtualDatabase } from './database.ts'
import type { Disk } from './disk.ts'
import type { VirtualNetwork } from './network.ts'
import { VirtualProcess } from './process.ts'
import { programs } from './programs.ts'
import { servicePeer } from './serving.ts'

const linesMax = 2_000

export interface InstanceOptions {
  spec: ServiceSpec
  env: Readonly<Record<string, string>>
  network: VirtualNetwork
  /** Of a database: what it holds. */
  database: VirtualDatabase | undefined
}

export class VirtualInstance {
  readonly #options: InstanceOptions
  readonly #disk: Disk = new Map()
  readonly #lines: string[] = []
  #process: VirtualProcess | undefined
  #peer: Peer | undefined
  #starts = 0
  #ended: string | undefined
  #limits: ServiceLimits | undefined

  constructor(options: InstanceOptions) {
    this.#options = options
  }

  logs(): string[] {
    return [...this.#lines]
  }

  status(): ServiceStatus {
    const limits = this.#limits
    const common = { starts: this.#starts, ...(limits === undefined ? {} : { limits }) }
    if (this.#ended !== undefined) return { state: 'ended', ended: this.#ended, ...common }
    return { state: this.#process?.isPaused ? 'paused' : 'running', ...common }
  }

  kill(): void {
    this.#end('ended by SIGKILL')
  }

  pause(): void {
    this.#process?.pause()
  }

  resume(): void {
    this.#process?.resume()
  }

  limit(limits: ServiceLimits | undefined): void {
    if (limits?.memoryMiB !== undefined)
      throw new HarnessError(`${this.#options.spec.name}: a simulation does not know how much memory is used`)
    this.#limits = limits
    if (this.#process) this.#process.cpus = limits?.cpus ?? 1
  }

  /** Starts it (again). Resolves, in `listening`, once it listens; rejects there with StackError if it ends before. */
  start(version: ServiceVersion = {}): { listening: Promise<void> } {
    const { spec, env, network } = this.#options
    const { name } = spec
    const own = { ...env, ...version.env }
    const build = buildOf(name, version.build, own)
    if (build && spec.program === 'postgres')
      throw new StackError(name, 'is a database, of which there is no other build')
    if (this.#process && this.#ended === undefined) this.#end('ended by SIGTERM')
    this.#limits = undefined
    this.#ended = undefined
    this.#starts += 1
    const listening = Promise.withResolvers<void>()
    listening.promise.catch(() => {})
    const process = new VirtualProcess({
      ...{ name, clock: network.clock, processor: network.processor, threads, skewMs: build?.skewMs ?? 0 },
      ended: why => {
        if (this.#process !== process || this.#ended !== undefined) return
        this.#write(why)
        this.#end('exit code 1')
      },
    })
    this.#process = process
    process.belongings.add({
      processEnded: () =>
        listening.reject(
          new StackError(name, `ended before it said "listening"`, { logs: this.#lines.slice(-20) }),
        ),
    })
    network.clock.after(network.costs.startMs, () =>
      process.run(() => void this.#boot(process, own, build).then(listening.resolve, listening.reject)),
    )
    return { listening: listening.promise }
  }

  async #boot(
    process: VirtualProcess,
    env: Record<string, string>,
    build: VirtualBuild | undefined,
  ): Promise<void> {
    const { spec, network, database } = this.#options
    const log = (event: string, fields: Record<string, unknown> = {}) =>
      this.#write(JSON.stringify({ time: new Date().toISOString(), service: spec.name, event, ...fields }))
    try {
      if (build) log('build', { build: build.name, id: env.BUILD_ID ?? '', ...build.told })
      if (build?.endsAtStart) throw new Error('this build cannot start')
      if (build && build.startMs > 0) await new Promise(resolve => setTimeout(resolve, build.startMs))
      if (database) {
        database.process = process
        this.#listen(database.peer(process, network.costs.requestMs.postgres))
        return
      }
      const { program } = spec
      if (program === 'postgres') throw new HarnessError(`${spec.name} holds nothing`)
      const outside = { env, network, fetch: virtualFetch(network), disk: this.#disk, log }
      const service = await programs[program](outside)
      if (process.isOver) return
      const onRequest = build && onRequestOf(build)
      this.#listen(
        servicePeer({
          ...{ process, service, requestMs: network.costs.requestMs[program] },
          ...(onRequest ? { onRequest } : {}),
        }),
      )
      const [, port] = network.addressOf(spec.name).split(':')
      log('listening', { port: Number(port) })
      if (build?.crashesAfterMs !== undefined) crashLater(build.crashesAfterMs)
    } catch (error) {
      process.options.ended(messageOf(error))
      throw new StackError(spec.name, `ended before it said "listening": ${messageOf(error)}`)
    }
  }

  #listen(peer: Peer): void {
    this.#peer = peer
    this.#options.network.listen(this.#options.spec.name, peer)
  }

  #end(how: string): void {
    const process = this.#process
    if (!process || this.#ended !== undefined) return
    this.#ended = how
    this.#limits = undefined
    if (this.#peer) this.#options.network.unlisten(this.#options.spec.name, this.#peer)
    this.#peer = undefined
    process.end()
  }

  #write(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > 2 * linesMax) this.#lines.splice(0, this.#lines.length - linesMax)
  }
}

function onRequestOf({ crashesAtRequest }: VirtualBuild): (() => void) | undefined {
  if (crashesAtRequest === undefined) return undefined
  let requests = 0
  return () => {
    requests += 1
    if (requests === crashesAtRequest) throw new Error(`this build crashes at request ${crashesAtRequest}`)
  }
}

function crashLater(afterMs: number): void {
  setTimeout(() => {
    throw new Error(`this build crashes ${afterMs} ms after it began to listen`)
  }, afterMs)
}
