/** What can be done to the services of a running stack: as a machine, a scheduler or a deployment does it to them. */

/** `ended`: it was killed or has ended by itself, and nobody starts it again unasked. */
export type ServiceState = 'running' | 'paused' | 'ended'

/** What another start of a service differs in from the first one. */
export interface ServiceVersion {
  /** Laid over the environment of its first start. */
  env?: Readonly<Record<string, string>>
  /** A file in `harness/builds/`: what is wrong with this build. Loaded before the program. */
  build?: string
}

export interface ServiceLimits {
  /** Share of one core: 0.1 lets it run for a tenth of the time. */
  cpus?: number
  /** Memory, MiB. */
  memoryMiB?: number
}

/** What is seen of a service from outside: by the engine, or by the kernel. */
export interface ServiceStatus {
  state: ServiceState
  /** How often it was started since the stack is up; 1 without any fault. */
  starts: number
  /** How it ended last, in words: `ended by SIGKILL`, `exit code 1`, `out of memory`. */
  ended?: string
  /** What it is bounded to now; undefined unless it was bounded by `limit`. */
  limits?: ServiceLimits
}

/** By the names of instances: `auth-1`. Every method rejects with HarnessError for an unknown one. */
export interface ServiceControl {
  readonly names: readonly string[]
  status(name: string): Promise<ServiceStatus>
  /** Ends it at once, as a crash does (SIGKILL). What it has on disk stays. Resolves once it is gone. */
  kill(name: string): Promise<void>
  /** Stops it in its tracks: it keeps its connections and answers nobody. */
  pause(name: string): Promise<void>
  resume(name: string): Promise<void>
  /**
   * Starts it again after it ended (one that runs is ended first, in order: SIGTERM), with what it had on disk, and
   * points the links at it. Resolves once it listens. Rejects with StackError if it ends before, or takes too long.
   * Without a version: as it was at first.
   */
  start(name: string, version?: ServiceVersion): Promise<void>
  /** The same without waiting until it listens: for a version that may never do. Links lead to it as soon as it does. */
  launch(name: string, version?: ServiceVersion): Promise<void>
  /** Bounds what it may use; `undefined` gives it back what it had. Resolves to how the runtime does it. */
  limit(name: string, limits: ServiceLimits | undefined): Promise<'real' | 'imitated'>
  /**
   * Takes it off the network: nobody reaches it and it reaches nobody; `false` if the runtime cannot do that, and has
   * done nothing. Its connections hang.
   */
  isolate(name: string): Promise<boolean>
  rejoin(name: string): Promise<void>
}
