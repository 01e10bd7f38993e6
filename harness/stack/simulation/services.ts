/** What can be done to the services of a simulated stack. */
import { HarnessError } from '../../errors.ts'
import type { ServiceControl, ServiceLimits, ServiceStatus, ServiceVersion } from '../service-control.ts'
import type { VirtualInstance } from './instance.ts'

export class VirtualServices implements ServiceControl {
  readonly #instances: ReadonlyMap<string, VirtualInstance>

  constructor(instances: ReadonlyMap<string, VirtualInstance>) {
    this.#instances = instances
  }

  get names(): readonly string[] {
    return [...this.#instances.keys()]
  }

  async status(name: string): Promise<ServiceStatus> {
    return this.#of(name).status()
  }

  async kill(name: string): Promise<void> {
    this.#of(name).kill()
  }

  async pause(name: string): Promise<void> {
    this.#of(name).pause()
  }

  async resume(name: string): Promise<void> {
    this.#of(name).resume()
  }

  async start(name: string, version?: ServiceVersion): Promise<void> {
    await this.#of(name).start(version).listening
  }

  async launch(name: string, version?: ServiceVersion): Promise<void> {
    this.#of(name).start(version)
  }

  async limit(name: string, limits: ServiceLimits | undefined): Promise<'imitated'> {
    this.#of(name).limit(limits)
    return 'imitated'
  }

  async isolate(): Promise<boolean> {
    return false
  }

  async rejoin(): Promise<void> {}

  #of(name: string): VirtualInstance {
    const instance = this.#instances.get(name)
    if (instance) return instance
    throw new HarnessError(`the stack has no service "${name}"; there are: ${this.names.join(', ')}`)
  }
}
