/** One versioned document: its history, its rollout, who watches it. Time and storage meet the pure parts here. */
import type { HealthCount } from '../common/health.ts'
import type { Log } from '../common/log.ts'
import { type Acknowledgement, Clients } from './clients.ts'
import { type Directive, directiveFor } from './directive.ts'
import type { DocumentStore } from './document-store.ts'
import { appended, bytesOf, type Version } from './history.ts'
import { isDeeperThan, mergePatch } from './json.ts'
import type { KnownClient } from './plan.ts'
import {
  initialState,
  obstacleTo,
  type RolloutEvent,
  type RolloutSettings,
  type RolloutState,
  step,
} from './rollout.ts'
import { type StoredDocument, stateOf, toStored } from './stored.ts'
import { Waiters } from './waiters.ts'

export const valueBytesMax = 1024 * 1024
export const valueDepthMax = 64

export type Change = { value: unknown } | { change: Record<string, unknown> }
export type Refusal =
  | 'frozen'
  | 'rollout_under_way'
  | 'too_large'
  | 'too_deep'
  | 'no_such_version'
  | 'never_promoted'

export interface DocumentWorld {
  settings: RolloutSettings
  store?: DocumentStore | undefined
  log: Log
}

const tickMs = 100
/** Ticks further apart than this: the process itself stood still. */
const awayMs = 1_000

export class ConfigDocument {
  readonly name: string
  readonly #world: DocumentWorld
  readonly #clients = new Clients()
  readonly #waiters = new Waiters()
  #versions: readonly Version[]
  #state: RolloutState
  #kept = ''
  #ticks: NodeJS.Timeout | undefined
  #tickedAt = 0

  private constructor(name: string, versions: readonly Version[], state: RolloutState, world: DocumentWorld) {
    this.name = name
    this.#world = world
    this.#versions = versions
    this.#state = state
  }

  /**
   * A new document; what it begins with is promoted. Its revisions begin at the time of day, so that a service that
   * has lost its documents does not by chance repeat a revision that its clients have seen.
   */
  static create(name: string, value: unknown, world: DocumentWorld): ConfigDocument {
    const [first] = appended([], value, { at: Date.now(), keep: [] })
    const versions = first ? [{ ...first, promoted: true }] : []
    const document = new ConfigDocument(name, versions, initialState(Date.now()), world)
    document.#keep()
    return document
  }

  /** A document as it was kept. A rollout under way has to bake again. */
  static restore(stored: StoredDocument, world: DocumentWorld): ConfigDocument {
    const document = new ConfigDocument(stored.name, stored.versions, stateOf(stored), world)
    document.#react({ kind: 'resumed' })
    return document
  }

  get state(): RolloutState {
    return this.#state
  }

  get history(): readonly Version[] {
    return this.#versions
  }

  /** What everybody is to run, but for those who try a new one. */
  get promoted(): Version {
    return this.#versionOf(this.#state.promoted.version)
  }

  get acknowledgements(): Acknowledgement[] {
    return this.#clients.acknowledgements
  }

  /** A new version. A change is made to what is promoted. */
  push(change: Change, emergency: boolean): { version: number } | { refused: Refusal } {
    const obstacle = emergency ? undefined : obstacleTo(this.#state)
    if (obstacle !== undefined) return { refused: obstacle }
    const value = 'value' in change ? change.value : mergePatch(this.promoted.value, change.change)
    const unfit = unfitness(value)
    if (unfit !== undefined) return { refused: unfit }
    const keep = [this.#state.promoted.version]
    this.#versions = appended(this.#versions, value, { at: Date.now(), keep })
    const version = this.#versions.at(-1)?.version ?? 0
    this.#world.log('pushed', { document: this.name, version, emergency })
    const clients = this.#clients.present(performance.now())
    this.#react({ kind: 'push', version, clients, emergency })
    return { version }
  }

  /** Back to a version that was once promoted: at once, for everybody, frozen or not. */
  rollBack(to: number): { version: number } | { refused: Refusal } {
    const version = this.#versions.find(({ version }) => version === to)
    if (!version) return { refused: 'no_such_version' }
    if (!version.promoted) return { refused: 'never_promoted' }
    this.#react({ kind: 'rollback', to, reason: 'an operator rolled it back' })
    return { version: to }
  }

  freeze(frozen: boolean): void {
    this.#world.log(frozen ? 'frozen' : 'unfrozen', { document: this.name })
    this.#react({ kind: 'freeze', frozen })
  }

  /** Resolves as soon as the client's directive is another than `after` says, or with undefined after `waitMs`. */
  async watch(
    client: KnownClient,
    { after, waitMs, signal }: { after: number; waitMs: number; signal: AbortSignal },
  ): Promise<(Directive & { value: unknown }) | undefined> {
    this.#clients.heard(client, performance.now())
    const closed = this.#clients.watching(client.client)
    try {
      this.#react({ kind: 'seen', ...client, anew: after === 0 })
      if (!this.#newsFor(client, after))
        await this.#waiters.wait(() => !!this.#newsFor(client, after), waitMs, signal)
      const news = this.#newsFor(client, after)
      return news && { ...news, value: this.#versionOf(news.version).value }
    } finally {
      closed(performance.now())
    }
  }

  acknowledge(said: Omit<Acknowledgement, 'at'>, region: string | undefined): void {
    const { client } = said
    this.#clients.heard({ client, ...(region === undefined ? {} : { region }) }, performance.now())
    this.#clients.acknowledge({ ...said, at: Date.now() })
    this.#react({ kind: 'acknowledged', ...said })
  }

  noteHealth(report: { client: string; version: number; before: HealthCount; since: HealthCount }): void {
    this.#react({ kind: 'health', ...report })
  }

  /** Ends every open watch, and the clock. */
  stop(): void {
    clearInterval(this.#ticks)
    this.#ticks = undefined
    this.#waiters.end()
  }

  /** A client that is ahead of the document saw a service that has since lost it: what is there is news for it. */
  #newsFor({ client, region }: KnownClient, after: number): Directive | undefined {
    const directive = directiveFor(this.#state, client, region)
    return directive.revision > after || after > this.#state.revision ? directive : undefined
  }

  #versionOf(version: number): Version {
    const found = this.#versions.find(candidate => candidate.version === version)
    if (!found) throw new Error(`${this.name} has no version ${version}`)
    return found
  }

  #react(event: RolloutEvent): void {
    const before = this.#state
    const at = performance.now()
    const { settings } = this.#world
    // Whatever comes first after a standstill must not find the time of the standstill counted as time watched.
    const wasAway = this.#ticks !== undefined && at - this.#tickedAt > awayMs
    if (wasAway) this.#tickedAt = at
    const state = wasAway ? step(before, { kind: 'resumed' }, at, settings) : before
    this.#state = step(state, event, at, settings)
    if (this.#state === before) return
    this.#runClock()
    if (this.#state.promoted !== before.promoted) this.#notePromotion()
    this.#keep()
    if (this.#state.ended && this.#state.ended !== before.ended)
      this.#world.log('rollout-ended', { document: this.name, ...this.#state.ended })
    if (this.#state.revision !== before.revision) this.#waiters.wake()
  }

  #notePromotion(): void {
    const promoted = this.#state.promoted.version
    this.#versions = this.#versions.map(version =>
      version.version === promoted ? { ...version, promoted: true } : version,
    )
  }

  /** The clock runs while there is a rollout, and only then. */
  #runClock(): void {
    if (this.#state.rollout && !this.#ticks) {
      this.#tickedAt = performance.now()
      this.#ticks = setInterval(() => this.#tick(), tickMs)
    } else if (!this.#state.rollout && this.#ticks) {
      clearInterval(this.#ticks)
      this.#ticks = undefined
    }
  }

  #tick(): void {
    this.#react({ kind: 'tick' })
    this.#tickedAt = performance.now()
  }

  /** Keeps what has changed; reports on health alone change nothing that is kept. */
  #keep(): void {
    if (!this.#world.store) return
    const stored = toStored(this.name, this.#versions, this.#state)
    const summary = JSON.stringify([stored.state, this.#versions.length, this.#versions.at(-1)?.version])
    if (summary === this.#kept) return
    this.#kept = summary
    this.#world.store.save(stored)
  }
}

/** Why nobody could serve or keep such a value; undefined if it is fine. */
export function unfitness(value: unknown): 'too_deep' | 'too_large' | undefined {
  // The depth comes first: measuring recurses.
  if (isDeeperThan(value, valueDepthMax)) return 'too_deep'
  return bytesOf(value) > valueBytesMax ? 'too_large' : undefined
}
