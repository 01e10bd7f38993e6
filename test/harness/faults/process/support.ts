/** Services under a control that only remembers what is done to them: what a fault of processes needs of a stack. */
import { HarnessError } from '../../../../harness/errors.ts'
import type { Fault, Injected } from '../../../../harness/faults/fault.ts'
import type {
  ServiceControl,
  ServiceLimits,
  ServiceState,
  ServiceStatus,
} from '../../../../harness/stack/service-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { family } from '../../../../harness/stack/topology.ts'

interface Fake {
  state: ServiceState
  starts: number
  ended?: string
  limits?: ServiceLimits
}

export class FakeServices implements ServiceControl {
  readonly names = family.services.map(({ name }) => name)
  /** What was asked, in order: `kill auth-1`. */
  readonly asked: string[] = []
  /** What fails when it is asked for. */
  readonly failing = new Set<string>()
  /** Those that run when they are started, and never listen. */
  readonly silent = new Set<string>()
  readonly #fakes = new Map<string, Fake>(this.names.map(name => [name, { state: 'running', starts: 1 }]))

  async status(name: string): Promise<ServiceStatus> {
    return { ...this.#of(name) }
  }

  async kill(name: string): Promise<void> {
    this.#ask('kill', name)
    Object.assign(this.#of(name), { state: 'ended', ended: 'ended by SIGKILL' })
  }

  async pause(name: string): Promise<void> {
    this.#ask('pause', name)
    this.#of(name).state = 'paused'
  }

  async resume(name: string): Promise<void> {
    this.#ask('resume', name)
    this.#of(name).state = 'running'
  }

  async start(name: string): Promise<void> {
    this.#ask('start', name)
    const fake = this.#of(name)
    this.#fakes.set(name, { state: 'running', starts: fake.starts + 1 })
    if (this.silent.has(name)) throw new HarnessError(`${name} does not listen`)
  }

  async launch(name: string): Promise<void> {
    await this.start(name)
  }

  async limit(name: string, limits: ServiceLimits | undefined): Promise<'real'> {
    this.#ask(limits === undefined ? 'lift' : 'limit', name)
    const { limits: _, ...rest } = this.#of(name)
    this.#fakes.set(name, limits === undefined ? rest : { ...rest, limits })
    return 'real'
  }

  async isolate(): Promise<boolean> {
    return false
  }

  async rejoin(): Promise<void> {}

  #ask(what: string, name: string): void {
    const asked = `${what} ${name}`
    this.asked.push(asked)
    if (this.failing.has(asked)) throw new HarnessError(`it will not ${asked}`)
  }

  #of(name: string): Fake {
    const fake = this.#fakes.get(name)
    if (!fake) throw new HarnessError(`no service ${name}`)
    return fake
  }
}

export function inject(fault: Fault, services: ServiceControl): Promise<Injected> {
  return fault.inject({ services, topology: family } as unknown as Stack)
}
