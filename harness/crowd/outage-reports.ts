/**
 * What people do who cannot get in or on: they notice, wait a little, report it once for each app to the status page, and
 * leave it at that. Some go to the competitor meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { OutageReport, Result } from '../outcome/history.ts'
import type { HttpClient } from './http.ts'
import type { Random } from './random.ts'
import type { Who } from './recorder.ts'

export interface OutageReportsWorld {
  http: HttpClient
  /** Base address of the status page; without one nobody reports. */
  statusDoor: string | undefined
  now: () => number
  ended: AbortSignal
  /** Called for each who leaves for the competitor. */
  leave: (from: Who) => void
}

/** How long after the first failure somebody reports it, if it still fails, ms. */
const patienceMs = { from: 400, to: 2_400 } as const
/** One reporter in so many goes elsewhere. */
const leavesEvery = 4

export class OutageReports {
  readonly reports: OutageReport[] = []
  readonly #world: OutageReportsWorld
  /** Users who have noticed, by name: `over` once they have reported, or it went by before they did. */
  readonly #noticed = new Map<string, { over: boolean; result: Result }>()
  readonly #underWay = new Set<Promise<void>>()

  constructor(world: OutageReportsWorld) {
    this.#world = world
  }

  /** Takes note of how something came out for a user. */
  note(who: Who, result: Result, random: Random): void {
    if (this.#world.statusDoor === undefined) return
    const noticed = this.#noticed.get(who.user)
    const isWell = result === 'served' || result === 'degraded'
    if (noticed) {
      if (!noticed.over) noticed.result = result
      return
    }
    if (isWell) return
    this.#noticed.set(who.user, { over: false, result })
    const reporting = this.#report(who, random)
    this.#underWay.add(reporting)
    void reporting.finally(() => this.#underWay.delete(reporting))
  }

  /** Resolves once nobody is on the way to report. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async #report(who: Who, random: Random): Promise<void> {
    const { http, statusDoor = '', now, ended, leave } = this.#world
    const waitMs = patienceMs.from + random() * (patienceMs.to - patienceMs.from)
    await sleep(waitMs, undefined, { signal: ended }).catch(() => {})
    const noticed = this.#noticed.get(who.user)
    if (ended.aborted || !noticed) return
    if (noticed.result === 'served' || noticed.result === 'degraded') {
      // It went by. The next time is noticed anew.
      this.#noticed.delete(who.user)
      return
    }
    noticed.over = true
    const { app, surface, region, user } = who
    const kind = kindOf(noticed.result)
    const at = now()
    const answer = await http.request({
      method: 'POST',
      door: statusDoor,
      path: '/reports',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ app, surface, region, kind, reporter: user }),
    })
    const counted = answer.kind === 'answer' && answer.status === 202
    this.reports.push({ at, app, surface, region, kind, counted })
    if (this.reports.length % leavesEvery === 0) leave(who)
  }
}

function kindOf(result: Result): OutageReport['kind'] {
  if (result === 'signed-out') return 'signed-out'
  return result === 'refused' ? 'cannot-sign-in' : 'not-loading'
}
