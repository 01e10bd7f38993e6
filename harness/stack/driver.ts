import type { Link, Program } from './topology.ts'

export const runtimeNames = ['containers', 'processes'] as const
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
  logs(): string[]
}

export interface DatabaseSecrets {
  user: string
  password: string
  database: string
}

/**
 * How a runtime starts things. One driver serves one stack. Whatever it starts it first records in the stack's
 * ledger, so that the watchdog and `firebreak doctor` can remove it without the driver.
 * A start that fails rejects with a StackError naming the service and its last log lines; the caller then calls `stop`.
 */
export interface Driver {
  readonly runtime: RuntimeName
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
