/** What a client does while a version is only being tried: it reports, and keeps nothing of it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { countFromNow } from '../../../services/common/config-health.ts'
import { Health } from '../../../services/common/health.ts'
import { first, memoryLastKnownGood, second, startConfig, World } from '../config/world.ts'

let world: World
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  world?.stop()
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A client under steady traffic that sickens `delayMs` after it has taken up the second version. */
async function sickening({ bakeMs, delayMs }: { bakeMs: number; delayMs: number }) {
  world = new World(startConfig({ staged: true, bakeMs }))
  const health = new Health()
  const disk = memoryLastKnownGood()
  const client = world.client('app-1', { health, lastKnownGood: disk, mitigations: ['config-validation'] })
  let takenAt: number | undefined
  const traffic = setInterval(() => {
    takenAt = client.version() === 2 ? (takenAt ?? performance.now()) : undefined
    health.note(takenAt === undefined || performance.now() - takenAt < delayMs)
  }, 20)
  await client.start()
  await pass(3_000)
  await world.operator({ value: second })
  return { client, disk, end: () => clearInterval(traffic) }
}

describe('a failure that comes later than the push', () => {
  test('fools a gate that has closed by then: the bad version is what a restart begins with', async () => {
    const { client, disk, end } = await sickening({ bakeMs: 500, delayMs: 8_000 })
    await pass(12_000)
    expect(await world.read('/rollout')).toMatchObject({ state: 'promoted' })
    expect(client.current()).toEqual(second)
    expect(disk.kept()).toEqual({ version: 2, value: second })
    end()
  })

  test('is caught by a longer bake, and the disk never sees the bad version', async () => {
    const { client, disk, end } = await sickening({ bakeMs: 10_000, delayMs: 8_000 })
    await pass(7_000)
    expect(client.current()).toEqual(second)
    expect(disk.kept()).toEqual({ version: 1, value: first })
    await pass(5_000)
    expect(await world.read('/rollout')).toMatchObject({ state: 'rolled-back' })
    expect(client.current()).toEqual(first)
    expect(disk.kept()).toEqual({ version: 1, value: first })
    end()
  })

  test.each([
    ['fools a gate that has closed by then', 200, 'promoted', second],
    ['is caught by a longer bake', 5_000, 'rolled-back', first],
  ])('when it kills the client: %s', async (_, bakeMs, state, kept) => {
    world = new World(startConfig({ staged: true, bakeMs }))
    const disk = memoryLastKnownGood()
    const client = world.client('app-1', { lastKnownGood: disk, mitigations: ['config-validation'] })
    await client.start()
    await pass(100)
    await world.operator({ value: second })
    await pass(3_000)
    client.stop()
    await pass(4_000)
    expect(await world.read('/rollout')).toMatchObject({ state })
    // What a restart begins with.
    expect(disk.kept()).toMatchObject({ value: kept })
  })
})

describe('reports on health', () => {
  test('come every 300 ms while a version is tried, and else never', async () => {
    world = new World(startConfig({ staged: true }))
    const client = world.client('app-1')
    await client.start()
    await pass(2_000)
    const reports = () => world.asked.filter(path => path.endsWith('/health')).length
    expect(reports()).toBe(0)
    await world.operator({ value: second })
    await pass(1_000)
    expect(reports()).toBe(3)
    await pass(5_000)
    expect(await world.read()).toMatchObject({ promoted: 2 })
    const atTheEnd = reports()
    await pass(5_000)
    expect(reports()).toBe(atTheEnd)
  })

  test('of a client that starts while a version is tried go on with the version', async () => {
    world = new World(startConfig({ staged: true }))
    await world.client('app-1').start()
    await pass(100)
    await world.operator({ value: second })
    await pass(2_000)
    const late = world.client('app-2')
    await late.start()
    expect(late.version()).toBe(2)
    await pass(1_500)
    expect(await world.read('/rollout')).toMatchObject({ state: 'promoted' })
  })
})

describe('countFromNow', () => {
  const noted = (health: Health, count: number, isGood: boolean) => {
    for (let index = 0; index < count; index += 1) health.note(isGood)
  }

  test('tells what was before from what has been since', async () => {
    const health = new Health()
    noted(health, 30, true)
    await pass(1_010)
    const counts = countFromNow(health)
    await pass(500)
    noted(health, 4, false)
    expect(counts()).toEqual({ before: { good: 30, bad: 0 }, since: { good: 0, bad: 4 } })
  })

  test.each([3_600_000, -3_600_000])('loses nothing when the time of day jumps by %i ms', async jumpMs => {
    const health = new Health()
    noted(health, 30, true)
    await pass(1_010)
    const counts = countFromNow(health)
    await pass(500)
    noted(health, 3, true)
    expect(counts().since).toEqual({ good: 3, bad: 0 })
    vi.setSystemTime(Date.now() + jumpMs)
    await pass(300)
    noted(health, 20, false)
    expect(counts()).toEqual({ before: { good: 30, bad: 0 }, since: { good: 3, bad: 20 } })
    await pass(300)
    noted(health, 5, false)
    expect(counts().since).toEqual({ good: 3, bad: 25 })
  })
})
