import { expect, test } from 'vitest'
import type { UserFactory } from '../../../harness/crowd/factory.ts'
import { refugeesMax } from '../../../harness/crowd/operator.ts'
import { familyCrowd } from '../../../harness/crowd/population.ts'
import { Schedule } from '../../../harness/crowd/schedule.ts'
import type { User } from '../../../harness/crowd/user.ts'
import { Visitors } from '../../../harness/crowd/visitors.ts'

/** Users who can sign in at once, and what each did in the end. */
function crowdOf(apps: readonly string[]) {
  const ended = new AbortController()
  const went: string[] = []
  const make: UserFactory = ({ app }, kind) =>
    ({
      signInPatiently: async () => ({ result: 'served' }),
      signOut: async () => void went.push(`${app} ${kind} signs out`),
      leave: () => went.push(`${app} ${kind} leaves`),
    }) as unknown as User
  const groups = familyCrowd.filter(({ app, surface }) => surface === 'web' && apps.includes(app))
  return { visitors: new Visitors(make, { groups, seed: 1 }, ended.signal), went, ended }
}

test('refugees come one at a time, and no more than there is room for', async () => {
  const { visitors, went } = crowdOf(['feed', 'rival'])
  for (let at = 1_000; at < 11_000; at += 20) visitors.takeRefuge('feed', at)
  await visitors.settled()
  const times = visitors.refugees.map(({ at }) => at)
  expect(times).toHaveLength(refugeesMax)
  for (const [index, at] of times.slice(1).entries())
    expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(400)
  expect(went).toEqual(times.map(() => 'rival refugee signs out'))
})

test('nobody leaves the competitor for itself, or for one that is not there', async () => {
  const { visitors } = crowdOf(['feed', 'rival'])
  visitors.takeRefuge('rival', 1_000)
  const alone = crowdOf(['feed'])
  alone.visitors.takeRefuge('feed', 1_000)
  expect([...visitors.refugees, ...alone.visitors.refugees]).toEqual([])
})

test('one newcomer in four signs out, the others just go', async () => {
  const { visitors, went } = crowdOf(['feed'])
  const schedule = new Schedule()
  visitors.plan(schedule, { from: 0, to: 5_000 })
  // All of them are due.
  schedule.start(() => 5_000)
  await schedule.finished()
  expect(went.length).toBeGreaterThanOrEqual(8)
  const signOuts = went.filter(what => what === 'feed newcomer signs out')
  expect(signOuts).toHaveLength(Math.ceil(went.length / 4))
  expect(visitors.here.size).toBe(0)
})
