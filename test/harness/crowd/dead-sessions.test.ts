/** Sessions that run out: who keeps asking with one must not be served, and the books must add up all the same. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Crowd, leadMs } from '../../../harness/crowd/crowd.ts'
import type { Group } from '../../../harness/crowd/population.ts'
import { conservation } from '../../../harness/outcome/conservation.ts'
import { groupsOf } from '../../planted/play.ts'
import { Stub } from '../../planted/stub.ts'
import { history } from '../outcome/build.ts'

const timelineMs = 4_000
const [feed] = groupsOf(['feed'])

/** `early`: auth's clock is ahead by so many ms, so that they are refused before the crowd knows that they have run out. */
async function run({ servesTheDead, early = 0 }: { servesTheDead: boolean; early?: number }) {
  await using stub = await Stub.start()
  const group = { ...(feed as Group), residents: 4, revoked: 0, nearExpiry: 2, expired: 2 }
  await using crowd = new Crowd({ stack: stub.stack, groups: [group], seed: 3, run: 'dead', timelineMs })
  const expiring = await crowd.warmUp()
  // The two that are dead by the start, and the two that die towards the end: by name, as the stub has them.
  const endOf = new Map<string, number>()
  stub.now = () => crowd.now()
  stub.fateOf = visit => {
    const isDead = visit.at >= (endOf.get(visit.username) ?? Number.POSITIVE_INFINITY) - early
    return isDead && !servesTheDead ? 'sign-out' : 'served'
  }
  const residents = [...new Set(stub.books.map(({ visit }) => visit.username))]
  for (const username of residents) {
    if (/-expired-/.test(username)) endOf.set(username, -300)
    // The last ones of their home.
    else if (/-2$/.test(username)) endOf.set(username, Math.max(...expiring.map(({ inMs }) => inMs)))
  }
  await crowd.start()
  await sleep(Math.max(0, timelineMs - crowd.now()))
  return { expiring, written: await crowd.finish() }
}

describe.concurrent('sessions that run out', () => {
  test('are asked with again and not served by a stack that is right', async () => {
    const { expiring, written } = await run({ servesTheDead: false })
    expect(expiring).toHaveLength(4)
    expect(expiring.filter(({ inMs }) => inMs < 0 && inMs > -leadMs)).toHaveLength(2)
    expect(written.sessions.filter(({ type }) => type === 'expired').length).toBeGreaterThanOrEqual(2)
    expect(written.deadSessionProbes.length).toBeGreaterThan(2)
    expect(written.deadSessionProbes.filter(({ accepted }) => accepted)).toEqual([])
    expect(conservation(history({ ...written })).problems).toEqual([])
  })

  test('are not taken for others that their owners open where the first ended too early', async () => {
    const { written } = await run({ servesTheDead: false, early: 5_000 })
    expect(written.deadSessionProbes.filter(({ accepted }) => accepted)).toEqual([])
    expect(conservation(history({ ...written })).problems).toEqual([])
  })

  test('are false accepts where they are served', async () => {
    const { written } = await run({ servesTheDead: true })
    expect(written.deadSessionProbes.every(({ accepted }) => accepted)).toBe(true)
    expect(conservation(history({ ...written })).problems).toEqual([])
  })
})
