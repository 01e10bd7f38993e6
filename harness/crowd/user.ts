import { setTimeout as sleep } from 'node:timers/promises'
import type { Activity, Cohort, Result } from '../outcome/history.ts'
import type { Client, Seen } from './client.ts'
import { activityOf } from './population.ts'
import type { Random } from './random.ts'
import type { Recorder, Who } from './recorder.ts'

/** How long a person who was thrown out waits before each try to get back in, ms: with growing patience. */
const firstPatienceMs = 800
const patienceGrowth = 1.6
const patienceMsMax = 3_000
/** Who is told when to come back is so punctual, ms. */
const punctualityMs = 300
/** How often somebody who is in no hurry tries who is told to come back later. */
const newcomerTries = 4
/** A system that was written without care tries a failed call so often again, without a pause, and is back so soon, ms. */
const stubbornTries = 2
const stubbornPatienceMs = 200

export interface UserWorld {
  recorder: Recorder
  random: Random
  ended: AbortSignal
  /** Its session's place among the cohorts. */
  cohort?: Cohort
  /** How many tabs ask at once at each visit. Default: 1. */
  tabs?: number
  /** One visit in so many is used to send something, where the surface can. */
  actEvery?: number
  /** A system that tries again at once when a call fails, and does not wait to be let in again. */
  stubborn?: boolean
  /** Told how each intent came out. */
  noticed?: (who: Who, result: Result) => void
}

/** One person, or system, with one client. Keeps the books of its session. */
export class User {
  readonly who: Who
  readonly client: Client
  readonly #world: UserWorld
  readonly #recorder: Recorder
  #session: string | undefined
  #comingBack: Promise<void> | undefined
  #isOver = false
  #endsAt = Number.POSITIVE_INFINITY
  #visits = 0

  constructor(who: Who, client: Client, world: UserWorld) {
    this.who = who
    this.client = client
    this.#world = world
    this.#recorder = world.recorder
  }

  /** The session in the books, if it has one. */
  get session(): string | undefined {
    return this.#session
  }

  /** Signs in, recorded as an intent. */
  async signIn(at: number): Promise<Seen> {
    return this.#intent('sign-in', at, () => this.signInQuietly())
  }

  /** Signs in as somebody new does: who is asked to come back later does so, a few times, each an intent. */
  async signInPatiently(at: number): Promise<Seen> {
    let seen = await this.signIn(at)
    for (let tries = 1; tries < newcomerTries && seen.told === 'try-later'; tries += 1) {
      if (!(await this.#waitAsTold(seen, firstPatienceMs))) break
      seen = await this.signIn(this.#recorder.now())
    }
    return seen
  }

  /** Signs in without an intent: the warm-up. */
  async signInQuietly(): Promise<Seen> {
    const seen = await this.client.signIn()
    if (seen.result === 'served' && this.#session === undefined) {
      const { credential, account } = this.client
      this.#session = this.#recorder.open(this.who, { cohort: this.#world.cohort, credential, account })
    }
    return seen
  }

  /** Visits the app, with all its tabs at once; sends something now and then. A system calls the API. */
  async browse(at: number): Promise<Seen> {
    const { tabs = 1, actEvery, stubborn = false } = this.#world
    const activity = activityOf(this.who.surface)
    this.#visits += 1
    const { client } = this
    const acts = actEvery !== undefined && client.act !== undefined && this.#visits % actEvery === 0
    const act = () => (acts ? (client.act?.() ?? client.browse()) : client.browse())
    const others = Array.from({ length: tabs - 1 }, () =>
      this.#useSession(activity, at, () => client.browse()),
    )
    let seen = await this.#useSession(activity, at, act)
    await Promise.all(others)
    for (let tries = 0; stubborn && tries < stubbornTries && isFailure(seen); tries += 1) {
      if (this.#world.ended.aborted) break
      seen = await this.#useSession(activity, this.#recorder.now(), () => client.browse())
    }
    return seen
  }

  refresh(at: number): Promise<Seen> {
    return this.#useSession('refresh', at, async () => (await this.client.refresh?.()) ?? { result: 'error' })
  }

  /** Signs out. What the user meant counts, even if auth could not be told. */
  async signOut(): Promise<void> {
    if (this.leave()) await this.client.signOut()
  }

  /** Throws its credential away, as a private window does that is closed: auth is not told. False if it has none. */
  leave(): boolean {
    const session = this.#session
    if (session === undefined) return false
    this.#session = undefined
    this.#recorder.end(session, this.who, 'signed-out')
    return true
  }

  /** Whether its session has ended by itself or was ended from elsewhere: it does not come back. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Says when its session runs out, ms on the run's clock: what is cleared from then on has not been forced out. */
  runsOutAt(at: number): void {
    this.#endsAt = at
  }

  /**
   * Notes that its session has ended by itself, or was ended from elsewhere: whatever its client goes on holding. From then
   * on it only shows what it holds; a visit that is still under way does not make it sign in again.
   */
  over(type: 'revoked' | 'expired'): string | undefined {
    const session = this.#session
    this.#isOver = true
    if (session !== undefined) this.#recorder.end(session, this.who, type)
    this.#session = undefined
    return session
  }

  /** Resolves when it is not on its way back in (any more). */
  async settled(): Promise<void> {
    await this.#comingBack
  }

  async #intent(activity: Activity, at: number, act: () => Promise<Seen>): Promise<Seen> {
    const seen = await this.#recorder.intent(this.who, activity, at, act)
    this.#world.noticed?.(this.who, seen.result)
    return seen
  }

  async #useSession(activity: Activity, at: number, act: () => Promise<Seen>): Promise<Seen> {
    const session = this.#session
    const seen = await this.#intent(activity, at, async () =>
      this.client.signedIn ? act() : { result: 'signed-out' },
    )
    if (session !== undefined && session === this.#session && !this.client.signedIn) this.#lose(session)
    if (!this.client.signedIn && !this.#isOver && !this.#world.ended.aborted) {
      this.#comingBack ??= this.#comeBack().finally(() => {
        this.#comingBack = undefined
      })
    }
    return seen
  }

  #lose(session: string): void {
    if (this.#recorder.now() >= this.#endsAt) {
      this.over('expired')
      return
    }
    this.#session = undefined
    // Its next one lasts.
    this.#endsAt = Number.POSITIVE_INFINITY
    this.#recorder.end(session, this.who, 'forced-out', this.client.cleared)
  }

  /** Tries to sign in again until it works or the run ends. */
  async #comeBack(): Promise<void> {
    let seen: Seen = { result: 'signed-out' }
    const [firstMs, growth] = this.#world.stubborn
      ? [stubbornPatienceMs, 1]
      : [firstPatienceMs, patienceGrowth]
    for (let patienceMs = firstMs; seen.result !== 'served'; patienceMs *= growth) {
      const told = this.#world.stubborn ? { result: seen.result } : seen
      if (!(await this.#waitAsTold(told, Math.min(patienceMs, patienceMsMax)))) return
      seen = await this.signIn(this.#recorder.now())
    }
  }

  /** Waits as long as its patience, and at least as it was told. False if the run ends first. */
  async #waitAsTold({ retryAfterMs }: Seen, patienceMs: number): Promise<boolean> {
    const { random, ended } = this.#world
    const chance = random()
    const toldMs = retryAfterMs === undefined ? 0 : retryAfterMs + chance * punctualityMs
    const waitMs = Math.max(patienceMs * (0.5 + chance), toldMs)
    await sleep(waitMs, undefined, { signal: ended }).catch(() => {})
    return !ended.aborted
  }
}

/** Whether a call failed for a reason that another call might not meet. */
function isFailure({ result }: Seen): boolean {
  return result === 'error' || result === 'timeout' || result === 'unreachable' || result === 'lost'
}
