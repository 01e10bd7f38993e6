/** The containers of a stack's services, and what can be done to them. */
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { HarnessError, StackError } from '../../errors.ts'
import type { DatabaseSecrets, Started, Starting } from '../driver.ts'
import type { ServiceLimits, ServiceStatus, ServiceVersion } from '../service-control.ts'
import type { Starts } from '../starts.ts'
import { limitContainer } from './container-limits.ts'
import {
  type ContainerSpec,
  type ContainerStarter,
  endpointOf,
  type StartingContainer,
} from './containers.ts'
import { engineMessage, isNotFound } from './engine.ts'

const linesMax = 2_000
/** For a service to end in order, s. */
const stopSMax = 3
const goneMsMax = 10_000

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
  /** The start before: its last lines may still be on their way. */
  before?: StartingContainer
  /** Lines of the starts before that. */
  past: readonly string[]
  starts: number
  /** How many starts have been asked for: the one before is given up from then on. */
  asked: number
  limits?: ServiceLimits
  /** It was ended because it had more memory than a new limit. */
  isOutOfMemory: boolean
  /** What was asked for it last; what is asked next waits for that. */
  turn: Promise<unknown>
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
  #networkTurn: Promise<unknown> = Promise.resolve()

  constructor(options: InstancesOptions) {
    this.#options = options
  }

  /** The first start. All first starts may go on at once: nobody leaves. */
  async start(plan: InstancePlan): Promise<Started> {
    const { service } = plan.spec
    const starting = this.#options.starter.begin(plan.spec, plan.secrets)
    const first = { past: [], starts: 1, asked: 1, isOutOfMemory: false, turn: Promise.resolve() }
    const instance: Instance = { ...plan, ...first, starting }
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
      const ended = isOutOfMemory || State.OOMKilled ? 'out of memory' : endOf(State.ExitCode)
      return { state: 'ended', ended, ...common }
    } catch (error) {
      if (!isNotFound(error)) throw failed(`look at ${name}`, error)
      return { state: 'ended', ended: 'removed', ...common }
    }
  }

  kill(name: string): Promise<void> {
    return this.#inTurn(name, instance => this.#changeNetworks(name, () => this.#kill(instance)))
  }

  pause(name: string): Promise<void> {
    return this.#inTurn(name, async instance => {
      if ((await this.status(name)).state !== 'running') return
      await this.#do(`pause ${name}`, this.#container(instance).pause())
    })
  }

  resume(name: string): Promise<void> {
    return this.#inTurn(name, async instance => {
      if ((await this.status(name)).state !== 'paused') return
      await this.#do(`let ${name} go on`, this.#container(instance).unpause())
    })
  }

  restart(name: string, version: ServiceVersion = {}): Promise<Starting> {
    return this.#inTurn(name, instance => this.#changeNetworks(name, () => this.#restart(instance, version)))
  }

  limit(name: string, limits: ServiceLimits | undefined): Promise<'real' | 'imitated'> {
    return this.#inTurn(name, instance => this.#limit(instance, limits))
  }

  isolate(name: string): Promise<boolean> {
    return this.#inTurn(name, ({ spec }) =>
      this.#changeNetworks(name, async () => {
        // One that is off already, or gone, is as good as taken off.
        await this.#do(`take ${name} off its network`, this.#leave(spec), error => {
          return isNotFound(error) || /is not connected to/.test(engineMessage(error))
        })
        return true
      }),
    )
  }

  rejoin(name: string): Promise<void> {
    return this.#inTurn(name, instance => this.#changeNetworks(name, () => this.#rejoin(instance)))
  }

  /**
   * Takes a container away and begins to start another in its place. Resolves once its program runs. For one that is no
   * instance, such as the proxy.
   */
  replace(before: ContainerSpec, spec: ContainerSpec): Promise<StartingContainer> {
    return this.#changeNetworks(spec.service, async () => {
      await this.#remove(before)
      this.#options.starts.check(spec.service)
      const starting = this.#options.starter.begin(spec)
      await starting.running
      return starting
    })
  }

  /** Does one thing at a time to an instance: each finds it as the one before has left it. */
  async #inTurn<T>(name: string, work: (instance: Instance) => Promise<T>): Promise<T> {
    const instance = this.#of(name)
    const done = instance.turn.then(() => work(instance))
    instance.turn = done.catch(() => {})
    return done
  }

  /** Runs what changes the stack's networks, after whatever does so now. Taking the stack down waits for it. */
  #changeNetworks<T>(name: string, work: () => Promise<T>): Promise<T> {
    const done = this.#networkTurn.then(() => this.#options.starts.run(name, work))
    this.#networkTurn = done.catch(() => {})
    return done
  }

  async #restart(instance: Instance, version: ServiceVersion): Promise<Starting> {
    const { spec, secrets, commandOf } = instance
    const { service } = spec
    const command = version.build === undefined ? spec.command : commandOf?.(version.build)
    if (command === undefined)
      throw new StackError(service, 'is a database, of which there is no other build')
    instance.asked += 1
    const number = instance.asked
    await this.#stop(instance)
    await this.#remove(spec)
    const { starter, starts } = this.#options
    starts.check(service)
    const starting = starter.begin({ ...spec, command, env: { ...spec.env, ...version.env } }, secrets)
    instance.past = [...instance.past, ...(instance.before?.logs() ?? [])].slice(-linesMax)
    instance.before = instance.starting
    instance.starting = starting
    instance.starts += 1
    instance.isOutOfMemory = false
    delete instance.limits
    const listening = starts.run(service, () => this.#listens(instance, starting, number))
    listening.catch(() => {})
    await starting.running
    return { listening }
  }

  async #listens(instance: Instance, starting: StartingContainer, number: number): Promise<Started> {
    // One that was taken away for another start has failed too, but that is not why.
    const [outcome] = await Promise.allSettled([starting.ready])
    if (instance.asked !== number)
      throw new StackError(instance.spec.service, 'was started again before it listened')
    if (outcome.status === 'rejected') throw outcome.reason
    return { upstream: instance.upstream, logs: () => logsOf(instance) }
  }

  async #limit(instance: Instance, limits: ServiceLimits | undefined): Promise<'real' | 'imitated'> {
    const { service, memoryMiB } = instance.spec
    const container = this.#container(instance)
    const isTaken = await limitContainer(container, limits ?? {}, memoryMiB).catch((error: unknown) => {
      throw failed(`limit ${service}`, error)
    })
    // An older kernel does not take a limit below what is in use; a newer one takes it, and ends who has too much.
    if (!isTaken) {
      await this.#changeNetworks(service, () => this.#kill(instance))
      instance.isOutOfMemory = true
    }
    delete instance.limits
    if (limits !== undefined) instance.limits = limits
    return isTaken ? 'real' : 'imitated'
  }

  async #rejoin(instance: Instance): Promise<void> {
    const { network, service, address } = instance.spec
    const container = this.#container(instance)
    try {
      const { NetworkSettings } = await container.inspect()
      if (NetworkSettings.Networks[network] !== undefined) return
      await this.#options.docker.getNetwork(network).connect({
        Container: container.id,
        EndpointConfig: endpointOf(service, address),
      })
    } catch (error) {
      // One that is gone comes back on its network.
      if (!isNotFound(error)) throw failed(`put ${service} on its network again`, error)
    }
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
    const isRunning = async () => (await container.inspect()).State.Running
    try {
      if (!(await isRunning())) return
      await container.kill({ signal: 'SIGKILL' })
      for (const end = Date.now() + goneMsMax; await isRunning(); await sleep(20)) {
        if (Date.now() > end) throw new HarnessError(`it runs still after ${goneMsMax} ms`)
      }
    } catch (error) {
      if (isNotFound(error) || /is not running/.test(engineMessage(error))) return
      throw failed(`kill ${instance.spec.service}`, error)
    }
  }

  async #remove(spec: ContainerSpec): Promise<void> {
    // One that is off already, or going, needs not leave; what else is wrong, the removal says.
    await this.#leave(spec).catch(() => {})
    const removing = this.#container({ spec }).remove({ force: true })
    await this.#do(`remove ${spec.service}`, removing, isNotFound)
  }

  async #leave(spec: ContainerSpec): Promise<void> {
    const network = this.#options.docker.getNetwork(spec.network)
    await network.disconnect({ Container: nameOf(spec), Force: true })
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

function endOf(exitCode: number): string {
  return exitCode === 137 ? 'ended by SIGKILL' : `exit code ${exitCode}`
}

function logsOf({ past, before, starting }: Instance): string[] {
  return [...past, ...(before?.logs() ?? []), ...starting.logs()].slice(-linesMax)
}

function failed(what: string, error: unknown): HarnessError {
  return new HarnessError(`the engine could not ${what}: ${engineMessage(error)}`, { cause: error })
}
