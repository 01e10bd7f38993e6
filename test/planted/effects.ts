/**
 * Effects of known size, planted in a stack that is a stub, and what the measurement makes of them. Truths come from the
 * plan or from the stub's own books, never from the crowd's.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { HttpClient } from '../../harness/crowd/http.ts'
import { groupsOf, type PlayedRun, playPlanted } from './play.ts'
import { type Fate, Stub, type Visit } from './stub.ts'

export interface Row {
  effect: string
  unit: string
  truth: number
  reported: number
  /** The error that is stated for it. */
  errorMax: number
}

const apps = ['feed', 'messenger', 'photos', 'chat', 'ads', 'rival']
const slowMs = 250
const pause = { from: 4_000, until: 5_000 }

/** True for that share of the calls, as evenly as can be. */
function everyShare(share: number): () => boolean {
  let calls = 0
  return () => Math.floor(++calls * share) > Math.floor((calls - 1) * share)
}

const isWithin = ({ at }: Visit, from: number, until: number) => at >= from && at < until

/** Six apps, each with an effect of its own from 3 s to 7 s. */
export async function severalAtOnce(): Promise<Row[]> {
  const [from, until, end] = [3_000, 7_000, 11_000]
  const fails = everyShare(0.3)
  const thrownOut = new Set<string>()
  const inApp: Record<string, (visit: Visit) => Fate> = {
    feed: ({ what }) => (what === 'browse' && fails() ? 'error' : 'served'),
    messenger({ what, username }) {
      const isChosen = what === 'browse' && /resident-[0-5]$/.test(username) && !thrownOut.has(username)
      if (!isChosen) return 'served'
      thrownOut.add(username)
      return 'sign-out'
    },
    photos: ({ what }) => (what === 'browse' ? { afterMs: 120 } : 'served'),
    chat: ({ what }) => (what === 'sign-in' ? 'wrong-password' : 'served'),
    ads: visit => (isWithin(visit, pause.from, pause.until) ? { afterMs: pause.until - visit.at } : 'served'),
  }
  const run = await playPlanted({
    groups: groupsOf(apps),
    from,
    until,
    end,
    fateOf(visit) {
      // Feed goes on serving those whose session was revoked, the others do not.
      if (visit.revoked) return visit.app === 'feed' ? 'served' : 'sign-out'
      return isWithin(visit, from, until) ? (inApp[visit.app]?.(visit) ?? 'served') : 'served'
    },
  })
  return rowsOfSeveral(run, { from, until, end })
}

function rowsOfSeveral(
  { outcome, stub, history }: PlayedRun,
  { from, until, end }: { from: number; until: number; end: number },
): Row[] {
  const books = stub.books.filter(({ visit }) => visit.at >= 0 && visit.at < end)
  const during = books.filter(({ visit }) => isWithin(visit, from, until))
  const count = (app: string, fate: Fate) =>
    during.filter(each => each.visit.app === app && each.fate === fate && !each.visit.revoked).length
  const segment = (app: string, activity: string) =>
    outcome.segments.find(each => each.app === app && each.activity === activity)
  const slow = (intents: readonly { latencyMs: number }[]) =>
    intents.filter(({ latencyMs }) => latencyMs >= slowMs).length / intents.length
  const ads = history.intents.filter(({ app, at }) => app === 'ads' && at >= from && at < until)
  const latencyMs = (app: string) => segment(app, 'browse')?.p50Ms ?? Number.NaN
  return [
    row('30 % of one segment fail', 'harm', 0.3, segment('feed', 'browse')?.harm, 0.02),
    row('none of the control app fail', 'harm', 0, outcome.harm({ app: 'rival' }), 0.005),
    row(
      'sessions cleared',
      'sessions',
      count('messenger', 'sign-out'),
      outcome.forcedLogouts({ app: 'messenger' }).count,
      0,
    ),
    row('sessions cleared elsewhere', 'sessions', 0, outcome.forcedLogouts({ app: 'photos' }).count, 0),
    row('served 120 ms later', 'ms, p50', 120, latencyMs('photos') - latencyMs('feed'), 20),
    row('all sign-ins refused', 'harm', 1, segment('chat', 'sign-in')?.harm, 0),
    row(
      'told that the password is wrong',
      'sign-ins',
      count('chat', 'wrong-password'),
      outcome.refused({ app: 'chat' }).told['wrong-password'],
      // One that is on its way when a window begins or ends counts on this side of it or on that.
      2,
    ),
    row(
      'a pause of 1 s: slower than 250 ms',
      'share',
      (pause.until - pause.from - slowMs) / (until - from),
      slow(ads),
      0.04,
    ),
    row(
      'revoked sessions served',
      'probes',
      books.filter(({ visit, fate }) => visit.revoked && fate === 'served').length,
      outcome.falseAccepts,
      0,
    ),
  ]
}

/** One app is out until 2 s after the undo; another has one visit in five cut. */
export async function lateRecovery(): Promise<Row[]> {
  const [from, until, end] = [3_000, 6_000, 12_000]
  const cuts = everyShare(0.2)
  const { outcome } = await playPlanted({
    groups: groupsOf(apps),
    from,
    until,
    end,
    fateOf(visit) {
      if (visit.revoked) return 'sign-out'
      if (visit.app === 'feed' && isWithin(visit, from, until + 2_000)) return 'error'
      const isCut = visit.app === 'photos' && visit.what === 'browse' && isWithin(visit, from, until)
      return isCut && cuts() ? 'cut' : 'served'
    },
  })
  const photos = outcome.segments.find(({ app, activity }) => app === 'photos' && activity === 'browse')
  const lost = (photos?.results.lost ?? Number.NaN) / (photos?.inFaultIntents ?? Number.NaN)
  return [
    row('out until 2 s after the undo', 'ms to recover', 2_000, outcome.timeToRecoverMs, 500),
    row('harm until 5 s after the injection', 'ms to contain', 5_000, outcome.timeToContainMs, 500),
    row('20 % of one segment cut', 'share', 0.2, lost, 0.02),
    // Two of twelve segments wholly, one by a fifth.
    row('isolation', '1 - mean harm', 1 - (1 + 1 + 0.2) / 12, outcome.isolation, 0.01),
  ]
}

function row(
  effect: string,
  unit: string,
  truth: number,
  reported: number | null | undefined,
  errorMax: number,
): Row {
  return { effect, unit, truth, reported: reported ?? Number.NaN, errorMax }
}

/** A stack that its own load keeps down, or that is down for good. */
export function staysDown({ byItsLoad }: { byItsLoad: boolean }): Promise<PlayedRun> {
  const [from, until, end] = [3_000, 5_000, 9_000]
  let latest: number[] = []
  let isDown = false
  return playPlanted({
    groups: groupsOf(['feed', 'rival']),
    from,
    until,
    end,
    fateOf(visit) {
      if (visit.revoked) return 'sign-out'
      if (visit.app !== 'feed') return 'served'
      latest = [...latest, visit.at].filter(at => at > visit.at - 1_000)
      if (isWithin(visit, from, until)) isDown = true
      if (byItsLoad && latest.length < 5) isDown = false
      return isDown ? 'error' : 'served'
    },
  })
}

/** The crowd's own process is stopped for a while. */
export function stalledGenerator({ forMs }: { forMs: number }): Promise<PlayedRun> {
  return playPlanted({
    groups: groupsOf(['feed', 'rival']),
    from: 3_000,
    until: 5_000,
    end: 7_000,
    fateOf: ({ revoked }) => (revoked ? 'sign-out' : 'served'),
    async disturb({ pid = 0 }) {
      await sleep(3_200)
      process.kill(pid, 'SIGSTOP')
      await sleep(forMs)
      process.kill(pid, 'SIGCONT')
    },
  })
}

/** What a closed loop makes of the same pause: each of its users waits for an answer before it asks again. */
export async function closedLoopSlowShare(): Promise<number> {
  await using stub = await Stub.start()
  await using http = new HttpClient({ deadlineMs: 3_000 })
  const began = performance.now()
  stub.now = () => performance.now() - began
  stub.fateOf = visit => (isWithin(visit, 1_000, 2_000) ? { afterMs: 2_000 - visit.at } : 'error')
  const latencies: number[] = []
  const door = stub.stack.doors.rival ?? ''
  const worker = async () => {
    while (stub.now() < 4_000) {
      const at = stub.now()
      await http.request({ method: 'GET', door, path: '/', headers: { host: 'rival.us.localhost' } })
      latencies.push(stub.now() - at)
      await sleep(80)
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  return latencies.filter(latencyMs => latencyMs >= slowMs).length / latencies.length
}

/** What there is to report of the same pause, as a share of all that was meant to be asked. */
export const trueSlowShare = (pause.until - pause.from - slowMs) / 4_000
