/**
 * The crowd of one run. It warms up (accounts, sessions from before the fault, sessions that are then revoked), runs an
 * open-loop schedule decided beforehand, and gives the history of it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError } from '../errors.ts'
import type { History } from '../outcome/history.ts'
import type { Stack } from '../stack/stack.ts'
import { ApiClient } from './api-client.ts'
import { newcomers, visits } from './arrivals.ts'
import type { Client, ClientWorld } from './client.ts'
import { DeviceClient } from './device-client.ts'
import { HttpClient } from './http.ts'
import { MobileClient } from './mobile-client.ts'
import {
  type Accounts,
  createAccounts,
  type Kind,
  kinds,
  memberOf,
  newcomerPool,
  revoke,
} from './operator.ts'
import type { Group } from './population.ts'
import { createRandom } from './random.ts'
import { Recorder, type Who } from './recorder.ts'
import { Schedule } from './schedule.ts'
import { User } from './user.ts'
import { WebClient } from './web-client.ts'

export interface CrowdOptions {
  stack: Stack
  groups: readonly Group[]
  seed: number
  /** Tells this run's accounts from those of others on the same stack. */
  run: string
  /** Length of the timeline, ms. */
  timelineMs: number
}

/** What the crowd adds to a history. */
export type CrowdHistory = Pick<History, 'intents' | 'sessions' | 'deadSessionProbes' | 'alive'>

/** A user's patience for one request, ms. */
const deadlineMs = 3_000
/** Arrivals begin this long before the timeline, so that its first second is like its others. */
const leadMs = 1_000
const warmUpAtOnce = 6
const warmUpTries = 5
const probeEveryMs = 1_500
const lookAroundMs = 100
/** How long after its revocation a session is asked with again: RFC 7662 allows caches, bounded. The bound is stated. */
export const revocationBoundMs = 1_000

const clientOf: Record<Group['client'], (world: ClientWorld) => Client> = {
  web: world => new WebClient(world),
  phone: world => new MobileClient(world),
  device: world => new DeviceClient(world),
  api: world => new ApiClient(world),
}

export class Crowd implements AsyncDisposable {
  readonly #options: CrowdOptions
  readonly #http = new HttpClient({ deadlineMs })
  readonly #recorder = new Recorder()
  readonly #ended = new AbortController()
  readonly #schedule = new Schedule()
  readonly #residents: { group: Group; user: User; index: number }[] = []
  readonly #visiting = new Set<User>()
  readonly #dead: { who: Who; client: Client; session: string }[] = []
  #accounts: Accounts | undefined

  constructor(options: CrowdOptions) {
    this.#options = options
  }

  /** Milliseconds since the timeline began; negative before. */
  now(): number {
    return this.#recorder.now()
  }

  /** Makes the accounts and signs in everyone who is to have a session before the run. */
  async warmUp(): Promise<void> {
    const { groups, stack, run } = this.#options
    this.#accounts = await createAccounts(stack, run, groups)
    const tasks = groups.flatMap(group => [
      ...range(group.residents).map(index => async () => {
        const user = this.#user(group, 'resident', index)
        await signInFirst(user)
        // What an app remembers of a session must be there before the fault, as it would be on any other day; and
        // services just started are slow until their code has run a while.
        await user.client.browse()
        this.#residents.push({ group, user, index })
      }),
      ...range(group.revoked).map(index => async () => {
        const user = this.#user(group, 'revoked', index)
        await signInFirst(user)
        // Seen once while it is good: a grace or a cache knows it, so that only its revocation can keep it out.
        await user.client.browse()
        await user.client.revokeElsewhere(credential => revoke(stack, group.app, user.who.region, credential))
        const session = user.revoked()
        if (session !== undefined) this.#dead.push({ who: user.who, client: user.client, session })
      }),
    ])
    await inParallel(tasks, warmUpAtOnce)
    // The order of signing in is the machine's; the schedule must not depend on it.
    this.#residents.sort((a, b) => a.user.who.user.localeCompare(b.user.who.user))
  }

  /** Sets the clock and begins. Resolves when the timeline begins. */
  async start(): Promise<void> {
    const { groups, timelineMs, seed } = this.#options
    const interval = { from: -leadMs, to: timelineMs }
    for (const { group, user, index } of this.#residents) {
      const random = createRandom(seed, user.who.user)
      const place = { index, of: group.residents }
      this.#schedule.add(visits(interval, group.browseEveryMs, random, place), at => user.browse(at))
      if (group.refreshEveryMs) {
        this.#schedule.add(visits(interval, group.refreshEveryMs, random, place), at => user.refresh(at))
      }
    }
    for (const group of groups) {
      const random = createRandom(seed, `newcomers ${group.app} ${group.surface}`)
      let next = 0
      this.#schedule.add(newcomers(interval, group.newcomersPerSecond, random), at =>
        this.#comeAndGo(this.#user(group, 'newcomer', next++ % newcomerPool), at),
      )
    }
    for (const { who, client, session } of this.#dead) {
      const probes = { from: Math.max(0, revocationBoundMs - leadMs), to: timelineMs }
      this.#schedule.add(visits(probes, probeEveryMs, createRandom(seed, `${who.user} probe`)), async at => {
        this.#recorder.probe(session, who, at, await client.probe())
      })
    }
    this.#recorder.startClock(leadMs)
    this.#schedule.start(() => this.#recorder.now())
    await new Promise(resolve => setTimeout(resolve, leadMs))
  }

  /** What it has written down so far; intents in the order in which they came to their end. */
  get recorded(): Pick<CrowdHistory, 'intents' | 'sessions' | 'deadSessionProbes'> {
    return this.#recorder
  }

  /** Waits for the last answers and gives the history. `early`: before the schedule is at its end. */
  async finish({ early = false } = {}): Promise<CrowdHistory> {
    this.#ended.abort()
    if (early) this.#schedule.stop()
    await this.#schedule.finished()
    await Promise.all(this.#residents.map(({ user }) => user.settled()))
    const { intents, sessions, deadSessionProbes } = this.#recorder
    return { intents, sessions, deadSessionProbes, alive: this.#countAlive() }
  }

  /** How late the schedule ran at its worst 1 %, ms: the measurement's own fault. */
  get scheduleLagMs(): number {
    return this.#schedule.lagP99Ms
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    this.#schedule.stop()
    await this.#http[Symbol.asyncDispose]()
  }

  #user(group: Group, kind: Kind, index: number): User {
    const { app, surface } = group
    const member = memberOf(group, kind, index)
    const { region, door } = member.home
    const baseUrl = this.#options.stack.doors[door]
    if (baseUrl === undefined || this.#accounts === undefined)
      throw new HarnessError(`the stack has no door ${door}`)
    const client = clientOf[group.client]({
      http: this.#http,
      place: {
        door: baseUrl,
        host: `${app}.${region}.localhost`,
        address: this.#addressOf(group, kind, index),
      },
      account: this.#accounts(member),
    })
    // Not the account's name: that is new in every run, and the same seed must give the same schedule.
    const name = `${app}-${surface}-${region}-${kind}-${member.number}`
    const random = createRandom(this.#options.seed, `${name} patience`)
    const who = { app, surface, region, user: name }
    return new User(who, client, { recorder: this.#recorder, random, ended: this.#ended.signal })
  }

  /** An address of its own for each user, from a network that is nobody's: auth counts attempts by address. */
  #addressOf(group: Group, kind: Kind, index: number): string {
    return `10.${this.#options.groups.indexOf(group)}.${kinds.indexOf(kind)}.${index + 1}`
  }

  /** A newcomer's visit. */
  async #comeAndGo(user: User, at: number): Promise<void> {
    const { result } = await user.signInPatiently(at)
    if (result !== 'served') return
    this.#visiting.add(user)
    await sleep(lookAroundMs, undefined, { signal: this.#ended.signal }).catch(() => {})
    // Somebody whose visit the end of the run cut short stays signed in.
    if (this.#ended.signal.aborted) return
    this.#visiting.delete(user)
    await user.signOut()
  }

  /** Counts who holds a credential, client by client: not from the books. */
  #countAlive(): History['alive'] {
    const counts = new Map<string, History['alive'][number]>()
    for (const { client, who } of [...this.#residents.map(({ user }) => user), ...this.#visiting]) {
      const key = `${who.app} ${who.surface}`
      const entry = counts.get(key) ?? { app: who.app, surface: who.surface, count: 0 }
      counts.set(key, { ...entry, count: entry.count + (client.signedIn ? 1 : 0) })
    }
    return [...counts.values()]
  }
}

/**
 * A first sign-in that fails is the harness's or the stack's fault: there is no fault injected yet. One that is asked to
 * come back later does, for a while: the stack may be readmitting people after the scenario before.
 */
async function signInFirst(user: User): Promise<void> {
  let seen = await user.signInQuietly()
  for (let tries = 1; tries < warmUpTries && seen.told === 'try-later'; tries += 1) {
    await sleep(seen.retryAfterMs ?? lookAroundMs)
    seen = await user.signInQuietly()
  }
  if (seen.result !== 'served') {
    throw new HarnessError(
      `${user.who.user} could not sign in before the run began: ${seen.told ?? seen.result}`,
    )
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** Runs tasks, some at once. Rejects with the first error, after those under way have ended. */
async function inParallel(tasks: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const left = [...tasks]
  const worker = async () => {
    for (let task = left.shift(); task; task = left.shift()) await task()
  }
  const results = await Promise.allSettled(range(atOnce).map(worker))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
