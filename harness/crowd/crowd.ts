/**
 * The crowd of one run. It warms up (accounts, sessions from before the fault, sessions that are then revoked), runs an
 * open-loop schedule decided beforehand, and gives the history of it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { History } from '../outcome/history.ts'
import { countAlive } from './alive.ts'
import { type Arrivals, visits } from './arrivals.ts'
import { sidOf } from './credentials.ts'
import { createUserFactory, type UserFactory } from './factory.ts'
import { HttpClient } from './http.ts'
import { type CrowdStack, createAccounts, revoke } from './operator.ts'
import { OutageReports } from './outage-reports.ts'
import type { Group } from './population.ts'
import { createRandom } from './random.ts'
import { Recorder } from './recorder.ts'
import { nextMs, Schedule } from './schedule.ts'
import { createTraces } from './traces.ts'
import type { User } from './user.ts'
import { Visitors } from './visitors.ts'
import { inParallel, range, signInFirst } from './warm-up.ts'

export interface CrowdOptions {
  stack: CrowdStack
  groups: readonly Group[]
  seed: number
  /** Tells this run's accounts from those of others on the same stack. */
  run: string
  /** Length of the timeline, ms. */
  timelineMs: number
  /** For how long after it things are planned, should they be asked for, ms. Default: not at all. */
  afterMs?: number
  /** How newcomers arrive. Default: `constant`. */
  arrivals?: Arrivals
}

/** What the crowd adds to a history. */
export type CrowdHistory = Pick<
  History,
  'intents' | 'sessions' | 'deadSessionProbes' | 'alive' | 'reports' | 'refugees'
>

/** What a crowd has written down so far. */
export type Recorded = Pick<CrowdHistory, 'intents' | 'sessions' | 'deadSessionProbes'>

/** A session that is to end by itself, `inMs` from the start of the timeline. Its `sid` is its name at auth. */
export interface Expiring {
  sid: string
  inMs: number
}

/** A user's patience for one request, ms. */
const deadlineMs = 3_000
/** Arrivals begin this long before the timeline, so that its first second is like its others. */
export const leadMs = 1_000
const warmUpAtOnce = 6
const probeEveryMs = 1_500
/** How long after its revocation a session is asked with again: RFC 7662 allows caches, bounded. The bound is stated. */
export const revocationBoundMs = 1_000
/** Nobody looks in with a session just about to run out: what the answer would be is a matter of chance. */
const beforeExpiryMs = 300

/** When the sessions run out that are to be dead from the start: after one look with them. */
const deadFromMs = -300

interface Resident {
  group: Group
  user: User
  index: number
  /** When its session runs out, where it is about to, ms on the run's clock. */
  expiresAt: number | undefined
}

export class Crowd implements AsyncDisposable {
  readonly #options: CrowdOptions
  readonly #http = new HttpClient({ deadlineMs })
  readonly #recorder = new Recorder()
  readonly #ended = new AbortController()
  readonly #schedule = new Schedule()
  readonly #reports: OutageReports
  readonly #residents: Resident[] = []
  readonly #dead: { user: User; session: string }[] = []
  /** Who is to be among the dead by the start of the timeline. */
  readonly #dying: User[] = []
  #visitors: Visitors | undefined

  constructor(options: CrowdOptions) {
    this.#options = options
    this.#reports = new OutageReports({
      http: this.#http,
      statusDoor: options.stack.doors.status,
      now: () => this.#recorder.now(),
      ended: this.#ended.signal,
      leave: from => this.#visitors?.takeRefuge(from.app, this.#recorder.now()),
    })
  }

  /** Milliseconds since the timeline began; negative before. */
  now(): number {
    return this.#recorder.now()
  }

  /**
   * Makes the accounts and signs in everyone who is to have a session before the run. Resolves to the sessions that the
   * owner of auth's store is to let run out, and when; until then nobody has looked at anything with them.
   */
  async warmUp(): Promise<Expiring[]> {
    const { groups, stack, run, seed } = this.#options
    const user = createUserFactory({
      stack,
      groups,
      seed,
      http: this.#http,
      recorder: this.#recorder,
      reports: this.#reports,
      ended: this.#ended.signal,
      traces: createTraces(),
      accounts: await createAccounts(stack, run, groups),
    })
    this.#visitors = new Visitors(user, this.#options, this.#ended.signal)
    const toRevoke: User[] = []
    const signIns = groups.flatMap(group => [
      ...range(group.residents + (group.nearExpiry ?? 0)).map(
        index => () => this.#settleIn(user, group, index),
      ),
      ...range(group.expired ?? 0).map(index => async () => {
        const dying = user(group, 'expired', index)
        await signInFirst(dying)
        this.#dying.push(dying)
      }),
      ...range(group.revoked).map(index => async () => {
        const revoked = user(group, 'revoked', index)
        await signInFirst(revoked)
        toRevoke.push(revoked)
      }),
    ])
    await inParallel(signIns, warmUpAtOnce)
    // Once everybody is in, who came first comes first: a replica that is a moment behind takes somebody who looks at once
    // for nobody.
    const looks = [
      // What an app remembers of a session must be there before the fault, as it would be on any other day; and services
      // just started are slow until their code has run a while. Except that one which is to run out is not told yet.
      ...this.#residents.map(({ user: { client }, expiresAt }) => async () => {
        if (expiresAt === undefined) await client.browse()
      }),
      ...toRevoke.map(revoked => () => this.#beRevoked(revoked)),
    ]
    await inParallel(looks, warmUpAtOnce)
    // The order of signing in is the machine's; the schedule must not depend on it.
    this.#residents.sort((a, b) => a.user.who.user.localeCompare(b.user.who.user))
    const ends = [
      ...this.#residents.map(({ user, expiresAt }) => ({ user, inMs: expiresAt })),
      ...this.#dying.map(user => ({ user, inMs: deadFromMs })),
    ]
    return ends.flatMap(({ user: { client }, inMs }) => {
      const sid = client.credential && sidOf(client.credential)
      return sid === undefined || inMs === undefined ? [] : [{ sid, inMs }]
    })
  }

  /** Sets the clock and begins. Resolves when the timeline begins: at a time of day that others may know too. */
  async start({ beginsAtMs = nextMs() + leadMs } = {}): Promise<void> {
    const { timelineMs, afterMs = 0, seed } = this.#options
    const interval = { from: -leadMs, to: timelineMs + afterMs }
    for (const resident of this.#residents) this.#planResident(resident, interval)
    this.#visitors?.plan(this.#schedule, interval)
    for (const user of this.#dying) this.#planDeath(user)
    for (const { user, session } of this.#dead) {
      const random = createRandom(seed, `${user.who.user} probe`)
      this.#planProbes(user, session, { from: Math.max(0, revocationBoundMs - leadMs), random })
    }
    const waitMs = Math.max(0, beginsAtMs - Date.now())
    this.#recorder.startClock(waitMs)
    this.#schedule.start(() => this.#recorder.now())
    // A timer may be early by a part of a millisecond.
    while (this.now() < 0) await sleep(-this.now())
  }

  /** What it has written down so far; intents in the order in which they came to their end. */
  get recorded(): Recorded {
    return this.#recorder
  }

  /** Takes all load off for a while, as an operator might where nothing comes back by itself. */
  async takeLoadOff(forMs: number): Promise<void> {
    this.#http.isOff = true
    await sleep(forMs)
    this.#http.isOff = false
  }

  /** Waits for the last answers and gives the history. `early`: before the schedule is at its end. */
  async finish({ early = false } = {}): Promise<CrowdHistory> {
    this.#ended.abort()
    if (early) this.#schedule.stop()
    else this.#schedule.cut(this.#options.timelineMs)
    await this.#schedule.finished()
    await Promise.all(this.#owners().map(user => user.settled()))
    await this.#reports.settled()
    await this.#visitors?.settled()
    const { intents, sessions, deadSessionProbes } = this.#recorder
    const { reports } = this.#reports
    const refugees = this.#visitors?.refugees ?? []
    return { intents, sessions, deadSessionProbes, alive: this.#countAlive(), reports, refugees }
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

  async #settleIn(makeUser: UserFactory, group: Group, index: number): Promise<void> {
    const user = makeUser(group, 'resident', index)
    await signInFirst(user)
    const expiresAt = index >= group.residents ? this.#expiryOf(user) : undefined
    this.#residents.push({ group, user, index, expiresAt })
  }

  async #beRevoked(user: User): Promise<void> {
    const { app, region } = user.who
    // Seen once while it is good: a grace or a cache knows it, so that only its revocation can keep it out.
    await user.client.browse()
    await user.client.revokeElsewhere(credential => revoke(this.#options.stack, app, region, credential))
    const session = user.over('revoked')
    if (session !== undefined) this.#dead.push({ user, session })
  }

  /** Towards the end: until then it is a session like any other, and afterwards there is time left to ask with it. */
  #expiryOf({ who }: User): number {
    const random = createRandom(this.#options.seed, `${who.user} expiry`)
    return Math.round(this.#options.timelineMs * (0.8 + 0.1 * random()))
  }

  #planResident({ group, user, index, expiresAt }: Resident, interval: { from: number; to: number }): void {
    const random = createRandom(this.#options.seed, user.who.user)
    const place = { index, of: group.residents }
    const isOnlyInBackground = index < (group.background ?? 0)
    const to = Math.min(interval.to, expiresAt === undefined ? interval.to : expiresAt - beforeExpiryMs)
    // Drawn in any case, so that whoever is in the background has the same times for the rest.
    const looks = visits({ ...interval, to }, group.browseEveryMs, random, place)
    if (!isOnlyInBackground) {
      this.#schedule.add(looks, async at => {
        if (!user.isOver) await user.browse(at)
      })
    }
    if (group.refreshEveryMs) {
      this.#schedule.add(visits(interval, group.refreshEveryMs, random, place), at => user.refresh(at))
    }
    if (expiresAt !== undefined) this.#planExpiry(user, expiresAt, random)
  }

  #planExpiry(user: User, expiresAt: number, random: () => number): void {
    const { session } = user
    if (session === undefined) return
    user.runsOutAt(expiresAt)
    this.#schedule.add([expiresAt], async () => {
      // Whoever was thrown out meanwhile and came back has another session, which does not run out.
      if (user.session === session) user.over('expired')
    })
    // Whose session has run out goes on asking with it, as nobody should be served.
    const from = expiresAt + revocationBoundMs
    this.#planProbes(user, session, { from, random, isDue: () => user.isOver })
  }

  /** One look while the session is good, so that whoever keeps things knows it; then it runs out. */
  #planDeath(user: User): void {
    this.#schedule.add([-leadMs], at => user.browse(at))
    this.#planExpiry(user, deadFromMs, createRandom(this.#options.seed, `${user.who.user} probe`))
  }

  /** `isDue`: asks only if it is, at the time. */
  #planProbes(
    user: User,
    session: string,
    { from, random, isDue }: { from: number; random: () => number; isDue?: () => boolean },
  ): void {
    const times = visits({ from, to: this.#options.timelineMs }, probeEveryMs, random)
    this.#schedule.add(times, async at => {
      if (isDue?.() === false) return
      this.#recorder.probe(session, user.who, at, await user.client.probe())
    })
  }

  /** Who had a session before the run that is not revoked. */
  #owners(): User[] {
    return [...this.#residents.map(({ user }) => user), ...this.#dying]
  }

  /** Counts who holds a credential, client by client: not from the books. */
  #countAlive(): History['alive'] {
    const owners = this.#owners().filter(user => !user.isOver)
    return countAlive([...owners, ...(this.#visitors?.here ?? [])])
  }
}
