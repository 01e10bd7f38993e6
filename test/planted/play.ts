/** Plays a crowd against the stub: the same crowd, in the same process of its own, as in a run. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CrowdProcess } from '../../harness/crowd/crowd-process.ts'
import type { Group } from '../../harness/crowd/population.ts'
import { conservation } from '../../harness/outcome/conservation.ts'
import { doubts } from '../../harness/outcome/doubts.ts'
import type { History } from '../../harness/outcome/history.ts'
import { computeOutcome, type Outcome } from '../../harness/outcome/outcome.ts'
import { pushIfStuck, pushMs } from '../../harness/run/push.ts'
import type { Scope } from '../../harness/scope.ts'
import { Ledger } from '../../harness/stack/ledger.ts'
import { type Fate, Stub, type Visit } from './stub.ts'

export interface Play {
  groups: readonly Group[]
  /** The fault lasts from `from` until `until`, ms; what it does is what `fateOf` does. */
  from: number
  until: number
  end: number
  fateOf: (visit: Visit) => Fate
  scope?: Scope
  seed?: number
  /** Done to the crowd's own process in the course of the run. */
  disturb?: (crowd: CrowdProcess) => Promise<void>
}

export interface PlayedRun {
  history: History
  outcome: Outcome
  stub: Stub
  doubts: string[]
  scheduleLagMs: number
  cpuMs: number
}

const groupOf = (app: string): Group => ({
  app,
  surface: 'web',
  client: 'web',
  homes:
    app === 'rival'
      ? [{ region: 'us', door: 'rival' }]
      : [
          { region: 'us', door: 'edge-us' },
          { region: 'eu', door: 'edge-eu' },
        ],
  residents: 40,
  browseEveryMs: 800,
  newcomersPerSecond: 8,
  revoked: 2,
})

/** Some 50 visits a second in each app. */
export const groupsOf = (apps: readonly string[]) => apps.map(groupOf)

export async function playPlanted(play: Play): Promise<PlayedRun> {
  const { groups, from, until, end, fateOf, scope = [], seed = 7, disturb } = play
  await using stub = await Stub.start()
  const name = `planted-${randomBytes(4).toString('hex')}`
  const ledger = Ledger.open(name, 'processes')
  try {
    await using crowd = new CrowdProcess(name, {
      stack: stub.stack,
      groups,
      seed,
      run: name,
      timelineMs: end,
      afterMs: pushMs,
    })
    await crowd.warmUp()
    stub.now = () => crowd.now()
    stub.fateOf = fateOf
    const before = stub.books.length
    await crowd.start()
    await disturb?.(crowd)
    await sleep(Math.max(0, end - crowd.now()))
    const authRequests = stub.books
      .slice(before)
      .filter(({ visit }) => visit.at >= 0 && visit.at < end).length
    const faults = [{ fault: 'planted', target: 'stub', from, until }]
    const recoversPushed = await pushIfStuck(
      crowd,
      { faults, end, options: { regions: 'pooled' } },
      async () => {},
    )
    const written = await crowd.finish()
    const history: History = {
      ...written,
      intents: written.intents.filter(({ at }) => at < end),
      faults,
      end,
      authRequests,
      ...(recoversPushed === undefined ? {} : { recoversPushed }),
    }
    const books = conservation(history)
    if (!books.balanced) throw new Error(books.problems.join('; '))
    const outcome = computeOutcome(history, scope, { regions: 'pooled' })
    const { scheduleLagMs, cpuMs } = crowd
    return { history, outcome, stub, doubts: doubts(history, outcome), scheduleLagMs, cpuMs }
  } finally {
    ledger.remove()
  }
}
