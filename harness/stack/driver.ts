import type { ServiceLimits, ServiceStatus, ServiceVersion } from './service-control.ts'
import type { Link, Program } from './topology.ts'

/** Those whose services are real processes, started by a driver. */
export const realRuntimes = ['containers', 'processes'] as const
export type RealRuntime = (typeof realRuntimes)[number]

export const runtimeNames = [...realRuntimes, 'simulation'] as const
export type RuntimeName = (typeof runtimeNames)[number]

/** Something a driver started. */
export interface Started {
  /** Where the fault proxy finds it: `host:port`. */
  upstream: string
  /** The last lines that it wrote, oldest first. */
  logs(): string[]
}

export interface StartedProxy {
  /** Base address of its control API, as the harness reaches it. */
  apiUrl: string
  /** The listen address to ask for, for one link (`host:port`, port 0 where the kernel is to choose). */
  listen(link: Link): string
  /** `host:port` at which the calling service reaches the listener of a link, given what the proxy said it listens on. */
  inside(link: Link, listening: string): string
  /** The same, as the harness and the crowd reach it. Only for links from `internet` and `harness`. */
  outside(link: Link, listening: string): string
  /** The same without what the engine puts between; absent where there is no such way, or nothing between. */
  direct?(link: Link): string
  logs(): string[]
}

export interface DatabaseSecrets {
  user: string
  password: string
  database: string
}

/** Another start of an instance, under way. */
export interface Starting {
  /** Resolves once it listens. Rejects with StackError if it ends before, is given up for another start, or takes too long. */
  listening: Promise<Started>
}

/**
 * What a driver can do to the instances that it has started, by name; the rules are those of ServiceControl. It knows
 * nothing of links: where an instance is found after a start is for the caller to tell the fault proxy.
 */
export interface InstanceControl {
  status(name: string): Promise<ServiceStatus>
  kill(name: string): Promise<void>
  pause(name: string): Promise<void>
  resume(name: string): Promise<void>
  /**
   * Ends it in order if it runs (SIGTERM; what does not end within a few seconds is killed), and starts it again with
   * what it had on disk. Resolves once the new process is there. The logs of its first start go on with its lines.
   */
  restart(name: string, version?: ServiceVersion): Promise<Starting>
  limit(name: string, limits: ServiceLimits | undefined): Promise<'real' | 'imitated'>
  isolate(name: string): Promise<boolean>
  rejoin(name: string): Promise<void>
  /**
   * Ends the fault proxy, however it is, and starts another. Links that are reached from outside must be found where
   * they were: `listening` says where each link listened.
   */
  replaceProxy(links: readonly Link[], listening: ReadonlyMap<string, string>): Promise<StartedProxy>
}

/**
 * How a runtime starts things. One driver serves one stack. Whatever it starts it first records in the stack's
 * ledger, so that the watchdog and `firebreak doctor` can remove it without the driver.
 * A start that fails rejects with a StackError naming the service and its last log lines; the caller then calls `stop`.
 */
export interface Driver extends InstanceControl {
  readonly runtime: RealRuntime
  /**
   * `host:port` at which the calling service will reach the listener of each link, by the link's name; undefined where
   * that is known only once the proxy runs.
   */
  plannedAddresses(links: readonly Link[]): ReadonlyMap<string, string> | undefined
  startProxy(links: readonly Link[]): Promise<StartedProxy>
  /** A real PostgreSQL, accepting connections. Durability is off: nothing of it outlives the stack. */
  startPostgres(name: string, secrets: DatabaseSecrets): Promise<Started>
  /**
   * Runs services/<program>/main.ts with `env`, to which the driver adds HOST, PORT and DATA_DIR (an empty folder that
   * the service may write to). Resolves once the service says that it listens.
   */
  startService(
    name: string,
    program: Exclude<Program, 'postgres'>,
    env: Record<string, string>,
  ): Promise<Started>
  /** Address of a service known before it starts, or undefined where the kernel chooses. */
  upstreamOf(name: string, program: Program): string | undefined
  /** Stops everything it started, in reverse order. Idempotent; gathers errors instead of stopping at the first. */
  stop(): Promise<void>
}
