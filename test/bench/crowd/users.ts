/**
 * The crowd as a generator: `users.ts <door> <seconds> <users> <per second>`. Each user has a browser of its own with its
 * cookies, a trace for each request, a deadline, its session in the books and a result for each intent; arrivals are on a
 * schedule decided beforehand, or with 0 per second back to back, 50 at a time. Says what it did and what it cost, and what it holds when all are signed in and idle.
 */
import { createUserFactory } from '../../../harness/crowd/factory.ts'
import { HttpClient } from '../../../harness/crowd/http.ts'
import { OutageReports } from '../../../harness/crowd/outage-reports.ts'
import type { Group } from '../../../harness/crowd/population.ts'
import { Recorder } from '../../../harness/crowd/recorder.ts'
import { Schedule } from '../../../harness/crowd/schedule.ts'
import { createTraces } from '../../../harness/crowd/traces.ts'
import type { User } from '../../../harness/crowd/user.ts'
import { inParallel, range } from '../../../harness/crowd/warm-up.ts'
import { latenciesOf } from '../../../harness/outcome/percentiles.ts'
import { family } from '../../../harness/stack/topology.ts'

const [door = '', ...numbers] = process.argv.slice(2)
const atOnce = 50
const [seconds = 5, count = 2_000, perSecond = 2_000] = numbers.map(Number)

const group: Group = {
  app: 'feed',
  surface: 'web',
  client: 'web',
  homes: [{ region: 'us', door: 'edge-us' }],
  residents: count,
  browseEveryMs: 1_000,
  newcomersPerSecond: 0,
  revoked: 0,
}
const ended = new AbortController()
const http = new HttpClient({ deadlineMs: 3_000 })
const recorder = new Recorder()
const reports = new OutageReports({
  http,
  statusDoor: door,
  now: () => recorder.now(),
  ended: ended.signal,
  leave: () => {},
})
const makeUser = createUserFactory({
  stack: { doors: { 'edge-us': door }, control: {}, topology: family, adminToken: '' },
  groups: [group],
  seed: 1,
  http,
  recorder,
  reports,
  ended: ended.signal,
  traces: createTraces(),
  accounts: ({ number }) => ({ username: `user-${number}`, password: 'right' }),
})

const memoryBefore = memoryMiB()
const users: User[] = range(count).map(index => makeUser(group, 'resident', index))
await inParallel(
  users.map(user => async () => void (await user.signInQuietly())),
  50,
)
const idle = { totalMiB: memoryMiB(), usersMiB: memoryMiB() - memoryBefore }

const schedule = new Schedule()
const before = process.cpuUsage()
recorder.startClock(0)
await (perSecond === 0 ? backToBack() : onSchedule())
const { user, system } = process.cpuUsage(before)
const served = recorder.intents.filter(({ result }) => result === 'served')
process.send?.({
  requests: served.length,
  failed: recorder.intents.length - served.length,
  cpuMs: (user + system) / 1_000,
  p99Ms: latenciesOf(recorder.intents).p99Ms,
  lagMs: schedule.lagP99Ms,
  idle,
})
process.once('disconnect', () => process.exit(0))

/** As autocannon does it: so many at a time, each at once after the other. */
async function backToBack(): Promise<void> {
  let next = 0
  const one = async () => {
    while (recorder.now() < seconds * 1_000) await users[next++ % count]?.browse(recorder.now())
  }
  await Promise.all(range(atOnce).map(one))
}

async function onSchedule(): Promise<void> {
  const gapMs = 1_000 / perSecond
  for (const [index, each] of users.entries()) {
    const times = range(Math.ceil((seconds * perSecond) / count)).map(turn => (turn * count + index) * gapMs)
    schedule.add(
      times.filter(at => at < seconds * 1_000),
      at => each.browse(at),
    )
  }
  schedule.start(() => recorder.now())
  await schedule.finished()
}

/** All that the process holds, after what it does not need is gone. */
function memoryMiB(): number {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}
