/** Who comes, signs in, looks around and goes: newcomers on their schedule, and refugees from apps that do not work. */
import { setTimeout as sleep } from 'node:timers/promises'
import { controlApp } from '../scope.ts'
import { type Arrivals, type Interval, newcomers } from './arrivals.ts'
import type { UserFactory } from './factory.ts'
import { newcomerPool, refugeesMax } from './operator.ts'
import type { Group } from './population.ts'
import { createRandom } from './random.ts'
import type { Schedule } from './schedule.ts'
import type { User } from './user.ts'

export interface VisitorsOptions {
  groups: readonly Group[]
  seed: number
  arrivals?: Arrivals
}

const lookAroundMs = 100
/** One in so many signs out when it goes; the others close their window, which costs the machine nothing. */
const signOutEvery = 4
/** Refugees come one after the other, ms: all at once they would be a fault of their own, at the one app that has none. */
const refugeEveryMs = 400

export class Visitors {
  /** Those who are signed in. */
  readonly here = new Set<User>()
  readonly refugees: { at: number; from: string }[] = []
  readonly #make: UserFactory
  readonly #options: VisitorsOptions
  readonly #ended: AbortSignal
  readonly #taking = new Set<Promise<void>>()

  constructor(make: UserFactory, options: VisitorsOptions, ended: AbortSignal) {
    this.#make = make
    this.#options = options
    this.#ended = ended
  }

  /** Puts the newcomers of all groups on a schedule. */
  plan(schedule: Schedule, interval: Interval): void {
    for (const group of this.#options.groups) {
      let next = 0
      schedule.add(this.#timesOf(group, interval), at => {
        const number = next++
        const user = this.#make(group, 'newcomer', number % newcomerPool)
        return this.#comeAndGo(user, at, number % signOutEvery === 0)
      })
    }
  }

  /**
   * Somebody leaves an app that does not work, and signs in at the competitor instead. There is room for so many, and for one
   * at a time.
   */
  takeRefuge(from: string, at: number): void {
    const group = this.#options.groups.find(({ app, surface }) => app === controlApp && surface === 'web')
    if (!group || from === controlApp || this.#ended.aborted || this.refugees.length >= refugeesMax) return
    if (at < (this.refugees.at(-1)?.at ?? -Infinity) + refugeEveryMs) return
    const user = this.#make(group, 'refugee', this.refugees.length)
    this.refugees.push({ at, from })
    const taking = this.#comeAndGo(user, at, true).finally(() => this.#taking.delete(taking))
    this.#taking.add(taking)
  }

  /** Resolves once no refugee is on the way. */
  async settled(): Promise<void> {
    await Promise.all(this.#taking)
  }

  #timesOf(group: Group, interval: Interval): number[] {
    const { seed, arrivals = 'constant' } = this.#options
    const { app, surface, homes, newcomersPerSecond } = group
    const stream = `newcomers ${app} ${surface}`
    if (typeof arrivals === 'string' || !('diurnal' in arrivals))
      return newcomers(interval, newcomersPerSecond, createRandom(seed, stream), { arrivals })
    // Each region has its own time of day.
    return homes.flatMap(({ region }, index) =>
      newcomers(interval, newcomersPerSecond / homes.length, createRandom(seed, `${stream} ${region}`), {
        arrivals,
        dayShift: index / homes.length,
      }),
    )
  }

  async #comeAndGo(user: User, at: number, signsOut: boolean): Promise<void> {
    const { result } = await user.signInPatiently(at)
    if (result !== 'served') return
    this.here.add(user)
    await sleep(lookAroundMs, undefined, { signal: this.#ended }).catch(() => {})
    // Somebody whose visit the end of the run cut short stays signed in.
    if (this.#ended.aborted) return
    this.here.delete(user)
    if (signsOut) await user.signOut()
    else user.leave()
  }
}
