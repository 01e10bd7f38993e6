import { setTimeout as sleep } from 'node:timers/promises'
import type { Activity } from '../outcome/history.ts'
import type { Client, Seen } from './client.ts'
import { activityOf } from './population.ts'
import type { Random } from './random.ts'
import type { Recorder, Who } from './recorder.ts'

/** How long a person who was thrown out waits before each try to get back in, ms: at once, then with growing patience. */
const firstPatienceMs = 200
const patienceGrowth = 1.6
const patienceMsMax = 2_000
/** Who is told when to come back is so punctual, ms. */
const punctualityMs = 300
/** How often somebody who is in no hurry tries who is told to come back later. */
const newcomerTries = 4

/** One person with one client. Keeps the books of its session. */
export class User {
  readonly who: Who
  readonly client: Client
  readonly #recorder: Recorder
  readonly #random: Random
  readonly #ended: AbortSignal
  #session: string | undefined
  #comingBack: Promise<void> | undefined

  constructor(who: Who, client: Client, world: { recorder: Recorder; random: Random; ended: AbortSignal }) {
    this.who = who
    this.client = client
    this.#recorder = world.recorder
    this.#random = world.random
    this.#ended = world.ended
  }

  /** The session in the books, if it has one. */
  get session(): string | undefined {
    return this.#session
  }

  /** Signs in, recorded as an intent. */
  async signIn(at: number): Promise<Seen> {
    return this.#recorder.intent(this.who, 'sign-in', at, () => this.signInQuietly())
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
    if (seen.result === 'served' && this.#session === undefined) this.#session = this.#recorder.open(this.who)
    return seen
  }

  browse(at: number): Promise<Seen> {
    return this.#useSession(activityOf(this.who.surface), at, () => this.client.browse())
  }

  refresh(at: number): Promise<Seen> {
    return this.#useSession('refresh', at, async () => (await this.client.refresh?.()) ?? { result: 'error' })
  }

  /** Signs out. What the user meant counts, even if auth could not be told. */
  async signOut(): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    this.#session = undefined
    this.#recorder.end(session, this.who, 'signed-out')
    await this.client.signOut()
  }

  /** Notes that its session was revoked by an operator. */
  revoked(): string | undefined {
    const session = this.#session
    if (session !== undefined) this.#recorder.end(session, this.who, 'revoked')
    this.#session = undefined
    return session
  }

  async #useSession(activity: Activity, at: number, act: () => Promise<Seen>): Promise<Seen> {
    const session = this.#session
    const seen = await this.#recorder.intent(this.who, activity, at, async () =>
      this.client.signedIn ? act() : { result: 'signed-out' },
    )
    if (session !== undefined && session === this.#session && !this.client.signedIn) {
      this.#session = undefined
      this.#recorder.end(session, this.who, 'forced-out')
    }
    if (!this.client.signedIn && !this.#ended.aborted) {
      this.#comingBack ??= this.#comeBack().finally(() => {
        this.#comingBack = undefined
      })
    }
    return seen
  }

  /** Resolves when it is not on its way back in (any more). */
  async settled(): Promise<void> {
    await this.#comingBack
  }

  /** Tries to sign in again until it works or the run ends. */
  async #comeBack(): Promise<void> {
    let seen: Seen = { result: 'signed-out' }
    for (let patienceMs = firstPatienceMs; seen.result !== 'served'; patienceMs *= patienceGrowth) {
      if (!(await this.#waitAsTold(seen, Math.min(patienceMs, patienceMsMax)))) return
      seen = await this.signIn(this.#recorder.now())
    }
  }

  /** Waits as long as its patience, and at least as it was told. False if the run ends first. */
  async #waitAsTold({ retryAfterMs }: Seen, patienceMs: number): Promise<boolean> {
    const chance = this.#random()
    const toldMs = retryAfterMs === undefined ? 0 : retryAfterMs + chance * punctualityMs
    const waitMs = Math.max(patienceMs * (0.5 + chance), toldMs)
    await sleep(waitMs, undefined, { signal: this.#ended }).catch(() => {})
    return !this.#ended.aborted
  }
}
