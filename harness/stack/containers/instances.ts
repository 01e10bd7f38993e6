/** The containers of a stack's services, and what can be done to them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { HarnessError, StackError } from '../../errors.ts'
import type { DatabaseSecrets, Started, Starting } from '../driver.ts'
import type { ServiceLimits, ServiceStatus, ServiceVersion } from '../service-control.ts'
import type { Starts } from '../starts.ts'
import type { ContainerSpec, ContainerStarter, StartingContainer } from './containers.ts'
import { engineMessage, isNotFound } from './engine.ts'

const linesMax = 200
/** For a service to end in order, s. */
const stopSMax = 3
const goneMsMax = 10_000
/** Of a limit of processor time, µs: the engine's own. */
const cpuPeriodUs = 100_000
const mib = 2 ** 20

/** What an instance is started with, each time. */
export interface InstancePlan {
  spec: ContainerSpec
  secrets?: DatabaseSecrets
  /** `host:port` at which the proxy finds it. */
  upstream: string
  /** What it runs with a file that is loaded before its program; a database has none. */
  commandOf?(build: string): readonly string[]
}

interface Instance extends InstancePlan {
  starting: StartingContainer
  starts: number
  past: readonly string[]
  limits?: ServiceLimits
  /** It was ended because it had more memory than a new limit. */
  isOutOfMemory: boolean
}

export interface InstancesOptions {
  docker: Docker
  starter: ContainerStarter
  starts: Starts
}

export class Instances {
  readonly #options: InstancesOptions
  readonly #known = new Map<string, Instance>()
  /** An engine that puts a container on a network while another leaves it can lose count of them: one at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: InstancesOptions) {
    this.#options = options
  }

  /** The first start. All first starts may go on at once: nobody leaves. */
  async start(plan: InstancePlan): Promise<Started> {
    const { service } = plan.spec
    const starting = this.#options.starter.begin(plan.spec, plan.secrets)
    const instance: Instance = { ...plan, starting, starts: 1, past: [], isOutOfMemory: false }
    await starting.ready
    this.#known.set(service, instance)
    return { upstream: plan.upstream, logs: () => logsOf(instance) }
  }

  async status(name: string): Promise<ServiceStatus> {
    const instance = this.#of(name)
    const { starts, limits, isOutOfMemory } = instance
    const common = { starts, ...(limits === undefined ? {} : { limits }) }
    try {
      const { State } = await this.#container(instance).inspect()
      if (State.Paused) return { state: 'paused', ...common }
      if (State.Running) return { state: 'running', ...common }
      const wasKilled = State.ExitCode === 137
      const ended =
        isOutOfMemory || State.OOMKilled
          ? 'out of memory'
          : wasKilled
            ? 'ended by SIGKILL'
            : `exit code ${State.ExitCode}`
      return { state: 'ended', ended, ...common }
    } catch (error) {
      if (!isNotFound(error)) throw failed(`look at ${name}`, error)
      return { state: 'ended', ended: 'removed', ...common }
    }
  }

  kill(name: string): Promise<void> {
    return this.#inTurn(() => this.#kill(this.#of(name)))
  }

  async pause(name: string): Promise<void> {
    const instance = this.#of(name)
    if ((await this.status(name)).state !== 'running') return
    await this.#do(`pause ${name}`, this.#container(instance).pause())
  }

  async resume(name: string): Promise<void> {
    const instance = this.#of(name)
    if ((await this.status(name)).state !== 'paused') return
    await this.#do(`let ${name} go on`, this.#container(instance).unpause())
  }

  restart(name: string, version: ServiceVersion = {}): Promise<Starting> {
    const { starts } = this.#options
    return this.#inTurn(() => starts.run(name, () => this.#restart(this.#of(name), version)))
  }

  async limit(name: string, limits: ServiceLimits | undefined): Promise<'real' | 'imitated'> {
    const instance = this.#of(name)
    const container = this.#container(instance)
    const first = instance.spec.memoryMiB
    const bytes = (limits?.memoryMiB ?? first) * mib
    // The quota first: it never fails.
    const quota = limits?.cpus === undefined ? -1 : Math.round(limits.cpus * cpuPeriodUs)
    await this.#do(`limit ${name}`, container.update({ CpuPeriod: cpuPeriodUs, CpuQuota: quota }))
    delete instance.limits
    if (limits !== undefined) instance.limits = limits
    try {
      await container.update({ Memory: bytes, MemorySwap: bytes })
      return 'real'
    } catch (error) {
      if (limits?.memoryMiB === undefined || !/busy|unable to set memory limit/i.test(engineMessage(error)))
        throw failed(`limit ${name}`, error)
      // An older kernel does not take a limit below what is in use; a newer one takes it, and ends who has too much.
      await this.kill(name)
      instance.isOutOfMemory = true
      return 'imitated'
    }
  }

  isolate(name: string): Promise<boolean> {
    return this.#inTurn(async () => {
      await this.#leave(this.#of(name))
      return true
    })
  }

  rejoin(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const { spec } = this.#of(name)
      const container = this.#container(this.#of(name))
      const { NetworkSettings } = await container.inspect()
      if (NetworkSettings.Networks[spec.network] !== undefined) return
      const address = spec.address === undefined ? {} : { IPAMConfig: { IPv4Address: spec.address } }
      const joining = this.#options.docker.getNetwork(spec.network).connect({
        Container: container.id,
        EndpointConfig: { Aliases: [spec.service], ...address },
      })
      await this.#do(`put ${name} on its network again`, joining)
    })
  }

  /** Runs what changes the stack's networks, after whatever does so now. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  /** Takes a container away, with its network, and keeps its volumes. Not an instance's own only: the proxy's too. */
  remove(spec: ContainerSpec): Promise<void> {
    return this.#inTurn(() => this.#remove(spec))
  }

  async #restart(instance: Instance, version: ServiceVersion): Promise<Starting> {
    const { spec, secrets, commandOf, upstream } = instance
    const { service } = spec
    const command = version.build === undefined ? spec.command : commandOf?.(version.build)
    if (command === undefined)
      throw new StackError(service, 'is a database, of which there is no other build')
    await this.#stop(instance)
    await this.#remove(spec)
    const { starter, starts } = this.#options
    starts.check(service)
    const starting = starter.begin({ ...spec, command, env: { ...spec.env, ...version.env } }, secrets)
    instance.past = logsOf(instance)
    instance.starting = starting
    instance.starts += 1
    instance.isOutOfMemory = false
    delete instance.limits
    const listening = starts
      .run(service, () => starting.ready)
      .then(() => {
        if (instance.starting !== starting)
          throw new StackError(service, 'was started again before it was waited for')
        return { upstream, logs: () => logsOf(instance) }
      })
    listening.catch(() => {})
    await starting.running
    return { listening }
  }

  async #stop(instance: Instance): Promise<void> {
    const container = this.#container(instance)
    try {
      const { State } = await container.inspect()
      if (State.Paused) await container.unpause()
      if (State.Running) await container.stop({ t: stopSMax })
    } catch (error) {
      // It may be gone already, or end by itself just now.
      if (!isNotFound(error) && (error as { statusCode?: number }).statusCode !== 304)
        throw failed(`stop ${instance.spec.service}`, error)
    }
  }

  async #kill(instance: Instance): Promise<void> {
    const container = this.#container(instance)
    const state = async () => (await container.inspect()).State
    try {
      const { Running, Paused } = await state()
      if (!Running) return
      if (Paused) await container.unpause()
      await container.kill({ signal: 'SIGKILL' })
      for (const end = Date.now() + goneMsMax; (await state()).Running && Date.now() < end; ) await sleep(20)
    } catch (error) {
      if (isNotFound(error) || /is not running/.test(engineMessage(error))) return
      throw failed(`kill ${instance.spec.service}`, error)
    }
  }

  async #remove(spec: ContainerSpec): Promise<void> {
    await this.#leave({ spec })
    const removing = this.#container({ spec }).remove({ force: true })
    await this.#do(`remove ${spec.service}`, removing, isNotFound)
  }

  async #leave({ spec }: Pick<Instance, 'spec'>): Promise<void> {
    const network = this.#options.docker.getNetwork(spec.network)
    const leaving = network.disconnect({ Container: nameOf(spec), Force: true })
    // One that is gone, or going, is off already.
    await this.#do(`take ${spec.service} off its network`, leaving, error =>
      [404, 403, 500].includes((error as { statusCode?: number }).statusCode ?? 0),
    )
  }

  async #do(what: string, work: Promise<unknown>, isFine: (error: unknown) => boolean = () => false) {
    await work.catch(error => {
      if (!isFine(error)) throw failed(what, error)
    })
  }

  #container({ spec }: Pick<Instance, 'spec'>): Docker.Container {
    return this.#options.docker.getContainer(nameOf(spec))
  }

  #of(name: string): Instance {
    const instance = this.#known.get(name)
    if (instance) return instance
    throw new HarnessError(`no service ${name} runs; there are: ${[...this.#known.keys()].join(', ')}`)
  }
}

function nameOf({ stack, service }: Pick<ContainerSpec, 'stack' | 'service'>): string {
  return `firebreak-${stack}-${service}`
}

function logsOf({ past, starting }: Instance): string[] {
  return [...past, ...starting.logs()].slice(-linesMax)
}

function failed(what: string, error: unknown): HarnessError {
  return new HarnessError(`the engine could not ${what}: ${engineMessage(error)}`, { cause: error })
}
