/**
 * A service's view of its configuration document: watches the config service, takes up each version that it is told
 * to run, and says back which one it runs (or why it refused one). While a version is only being tried, it reports
 * how the service is doing.
 *
 * `config-validation`: see config-candidate.ts. `static-stability`: the service starts on the last known good document
 * on disk, or on its defaults, while the config service does not answer; without it, it waits. With either, what has
 * been promoted is kept on disk. Whatever goes wrong, what runs goes on running and what is kept is kept.
 */

import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { type CandidateRules, consider, type SelfTest, shape, type Verdict } from './config-candidate.ts'
import { countFromNow } from './config-health.ts'
import { type Acknowledgement, ConfigWire, type Directive } from './config-wire.ts'
import { Health } from './health.ts'
import type { LastKnownGood } from './last-known-good.ts'
import type { Log } from './log.ts'
import type { Mitigations } from './mitigations.ts'

export type { SelfTest } from './config-candidate.ts'

export interface ConfigClientOptions<T extends object> {
  /** Base address of the config service; undefined for a service that has none and lives on its defaults. */
  url: string | undefined
  /** The document to watch. */
  document: string
  /** This process's name, for the acknowledgement. */
  client: string
  /** The role of this process: a document that names another one under `service` is not for it. */
  role?: string
  /** The region of this process, if it has one: what a staged rollout goes by. */
  region?: string | undefined
  /** How this process is doing; reported to the config service while a rollout bakes. */
  health?: Health
  schema: z.ZodType<T>
  defaults: T
  selfTest?: SelfTest<T>
  lastKnownGood?: LastKnownGood
  fetch: typeof fetch
  log: Log
  mitigations: Mitigations
}

export interface ConfigClient<T> {
  current(): T
  /** Version in use; 0 before the first. */
  version(): number
  /**
   * Starts watching. With `static-stability` resolves after the first attempt to fetch the document, whether it came
   * or not; without it once the config service has answered. Resolves at `stop` in any case.
   */
  start(): Promise<void>
  stop(): void
}

const watchTimeoutMs = 10_000
const firstWatchTimeoutMs = 2_000
const backOffMs = { first: 200, longest: 1_600 }
const reportEveryMs = 300
const acknowledgementsMax = 20

interface Running<T> {
  version: number
  /** As it came; undefined for the defaults. */
  raw: unknown
  value: T
}

export function createConfigClient<T extends object>(options: ConfigClientOptions<T>): ConfigClient<T> {
  return new Client(options)
}

class Client<T extends object> implements ConfigClient<T> {
  readonly #options: ConfigClientOptions<T>
  readonly #rules: CandidateRules<T>
  readonly #isStable: boolean
  readonly #stopped = new AbortController()
  #running: Running<T>
  /** The last one that was promoted: to go back to it needs no new test. */
  #promoted: Running<T> | undefined
  #revision = 0
  #unsaid: Acknowledgement[] = []
  /** What everybody is to run and this one would not take. Tried again: its self-test may have failed for another's sake. */
  #refused: { directive: Directive; reason: string } | undefined
  /** Ends the reports on the version being tried. */
  #endReports = () => {}

  constructor(options: ConfigClientOptions<T>) {
    const { defaults, schema, selfTest, role, document, mitigations } = options
    this.#options = options
    this.#isStable = mitigations.has('static-stability')
    this.#rules = {
      validated: mitigations.has('config-validation'),
      schema,
      defaults,
      selfTest,
      services: role === undefined ? [] : [role, document],
    }
    this.#running = { version: 0, raw: undefined, value: defaults }
  }

  current = (): T => this.#running.value

  version = (): number => this.#running.version

  stop = (): void => {
    this.#endReports()
    this.#stopped.abort()
  }

  async start(): Promise<void> {
    const { url, document, client, region, fetch } = this.#options
    if (url === undefined) return
    if (this.#isStable || this.#rules.validated) await this.#loadLastKnownGood()
    const wire = new ConfigWire({ url, document, client, region }, { fetch, signal: this.#stopped.signal })
    for (let failures = 0; !this.#isStopped; failures += 1) {
      if (await this.#watch(wire, firstWatchTimeoutMs)) break
      if (this.#isStable) break
      await this.#pause(failures)
    }
    void this.#watchOn(wire)
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }

  async #watchOn(wire: ConfigWire): Promise<void> {
    for (let failures = 0; !this.#isStopped; ) {
      await this.#acknowledge(wire)
      const askedAt = performance.now()
      const answered = await this.#watch(wire, watchTimeoutMs)
      // Answers that tell nothing new, one upon the other, are a failure too: asking on would be a storm.
      const isNews = answered === 'taken' || performance.now() - askedAt > backOffMs.first
      failures = answered && isNews ? 0 : failures + 1
      if (answered === 'nothing' && this.#refused) await this.#take(this.#refused.directive, wire)
      if (failures > 0) await this.#pause(failures - 1)
    }
  }

  /** One watch. Whatever goes wrong is logged, and changes nothing. */
  async #watch(wire: ConfigWire, timeoutMs: number): Promise<'taken' | 'nothing' | undefined> {
    const { document, log } = this.#options
    try {
      const directive = await wire.watch(this.#revision, timeoutMs)
      if (directive === 'no-document') log('config-has-no-document', { document })
      if (typeof directive === 'string' || directive.revision === this.#revision) return 'nothing'
      await this.#take(directive, wire)
      return 'taken'
    } catch (error) {
      if (!this.#isStopped) log('config-not-reached', { document, reason: String(error) })
      return undefined
    }
  }

  async #take(directive: Directive, wire: ConfigWire): Promise<void> {
    const { revision, version, value: raw, state } = directive
    const { document, log } = this.#options
    if (revision < this.#revision) log('config-service-began-anew', { document, revision })
    const verdict = await this.#consider(version, raw)
    if (this.#isStopped) return
    this.#revision = revision
    this.#endReports()
    if ('refused' in verdict) {
      this.#refuse(directive, verdict.refused)
      return
    }
    this.#refused = undefined
    // Before the version is in use: this is where "since" begins.
    if (state === 'baking') this.#reportWhileBaking(version, wire)
    this.#running = { version, raw, value: verdict.value }
    log('config-applied', { document, version, state })
    this.#say({ version, status: 'applied' })
    if (state === 'promoted') await this.#keep(this.#running)
  }

  #refuse(directive: Directive, reason: string): void {
    const { revision, version, state } = directive
    const isAgain = this.#refused?.directive.revision === revision && this.#refused.reason === reason
    this.#refused = state === 'promoted' ? { directive, reason } : undefined
    if (isAgain) return
    this.#options.log('config-refused', { document: this.#options.document, version, reason })
    this.#say({ version, status: 'refused', reason })
  }

  async #consider(version: number, raw: unknown): Promise<Verdict<T>> {
    const known = [this.#running, this.#promoted].find(
      running =>
        running?.raw !== undefined && running.version === version && isDeepStrictEqual(running.raw, raw),
    )
    return known ? { value: known.value } : consider(raw, this.#rules)
  }

  async #keep(promoted: Running<T>): Promise<void> {
    this.#promoted = promoted
    if (!this.#isStable && !this.#rules.validated) return
    const { document, lastKnownGood, log } = this.#options
    try {
      await lastKnownGood?.save({ version: promoted.version, value: promoted.value })
    } catch (error) {
      log('config-not-kept', { document, version: promoted.version, reason: String(error) })
    }
  }

  async #loadLastKnownGood(): Promise<void> {
    const { document, lastKnownGood, log } = this.#options
    const kept = await lastKnownGood?.load()
    if (!kept) return
    const verdict = shape(kept.value, this.#rules)
    if ('refused' in verdict) {
      log('last-known-good-refused', { document, version: kept.version, reason: verdict.refused })
      return
    }
    this.#running = { version: kept.version, raw: undefined, value: verdict.value }
    log('last-known-good-taken', { document, version: kept.version })
  }

  #reportWhileBaking(version: number, wire: ConfigWire): void {
    const counts = countFromNow(this.#options.health ?? new Health())
    let isUnderWay = false
    const timer = setInterval(async () => {
      if (isUnderWay) return
      isUnderWay = true
      await wire.reportHealth({ version, ...counts() })
      isUnderWay = false
    }, reportEveryMs)
    this.#endReports = () => clearInterval(timer)
  }

  #say(acknowledgement: Acknowledgement): void {
    this.#unsaid = [...this.#unsaid, acknowledgement].slice(-acknowledgementsMax)
  }

  /** In order; what does not get through now is tried again, and at the latest after the next watch. */
  async #acknowledge(wire: ConfigWire): Promise<void> {
    for (let failures = 0; failures < 3 && !this.#isStopped; ) {
      const [next] = this.#unsaid
      if (!next) return
      if (await wire.acknowledge(next)) this.#unsaid = this.#unsaid.filter(unsaid => unsaid !== next)
      else await this.#pause(failures++)
    }
  }

  /** Longer after each failure, and never the same for two clients, so that they do not come back all at once. */
  #pause(failures: number): Promise<void> {
    const delayMs = Math.min(backOffMs.longest, backOffMs.first * 2 ** failures) * (0.5 + Math.random())
    const { signal } = this.#stopped
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, delayMs)
      if (signal.aborted) end()
      else signal.addEventListener('abort', end)
    })
  }
}
