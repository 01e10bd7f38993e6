import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CrowdProcess } from '../../../harness/crowd/crowd-process.ts'
import { HarnessError } from '../../../harness/errors.ts'
import { conservation } from '../../../harness/outcome/conservation.ts'
import { Ledger } from '../../../harness/stack/ledger.ts'
import { startOf } from '../../../harness/stack/process-identity.ts'
import { groupsOf } from '../../planted/play.ts'
import { Stub } from '../../planted/stub.ts'
import { history } from '../outcome/build.ts'

let ledger: Ledger
let stub: Stub
beforeEach(async () => {
  ledger = Ledger.open(`crowd-${randomBytes(4).toString('hex')}`, 'processes')
  stub = await Stub.start()
  stub.fateOf = ({ revoked }) => (revoked ? 'sign-out' : 'served')
})
afterEach(async () => {
  await stub[Symbol.asyncDispose]()
  ledger.remove()
})

const timelineMs = 1_500
const [group] = groupsOf(['feed'])
const crowdOf = (seed = 1) =>
  new CrowdProcess(ledger.stack, {
    stack: stub.stack,
    groups: group ? [{ ...group, residents: 4 }] : [],
    seed,
    run: `run-${randomBytes(2).toString('hex')}`,
    timelineMs,
  })

async function run(seed: number) {
  await using crowd = crowdOf(seed)
  await crowd.warmUp()
  await crowd.start()
  const beganAt = crowd.now()
  await sleep(Math.max(0, timelineMs - crowd.now()))
  const live = crowd.recorded.intents.length
  return { beganAt, live, written: await crowd.finish(), lagMs: crowd.scheduleLagMs, cpuMs: crowd.cpuMs }
}

describe('a crowd in a process of its own', () => {
  test('gives the same schedule under the same seed, on the same clock, and its books add up', async () => {
    const one = await run(5)
    const other = await run(5)
    const planned = ({ written }: typeof one) =>
      written.intents.map(({ user, activity, at }) => `${user} ${activity} ${at}`).toSorted()
    expect(planned(one)).toEqual(planned(other))
    expect(conservation(history({ ...one.written })).problems).toEqual([])
    expect(one.written.intents.length).toBeGreaterThan(10)
    // What happens is known here while it happens.
    expect(one.live).toBeGreaterThan(0)
    expect(one.beganAt).toBeGreaterThanOrEqual(0)
    expect(one.beganAt).toBeLessThan(timelineMs)
    expect(one.cpuMs).toBeGreaterThan(0)
  })

  test('is written down before it does anything, and gone when it is disposed of', async () => {
    const crowd = crowdOf()
    const { pid = 0 } = crowd
    expect(ledger.entries()).toContainEqual(
      expect.objectContaining({ kind: 'process', service: 'crowd', pid }),
    )
    expect(startOf(pid)).toBeDefined()
    await crowd[Symbol.asyncDispose]()
    expect(startOf(pid)).toBeUndefined()
  })

  test('says what went wrong in it, and that it is gone', async () => {
    await using crowd = crowdOf()
    stub.fateOf = ({ what }) => (what === 'sign-in' ? 'wrong-password' : 'served')
    await expect(crowd.warmUp()).rejects.toThrow(HarnessError)
    await expect(crowd.warmUp()).rejects.toThrow(/could not sign in before the run began: wrong-password/)
    process.kill(crowd.pid ?? 0, 'SIGKILL')
    await expect(crowd.start()).rejects.toThrow(/the crowd (ended by itself with SIGKILL|is gone)/)
    await expect(crowd.finish()).rejects.toThrow(HarnessError)
  })
})
