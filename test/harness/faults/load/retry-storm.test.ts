import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { retryStorm } from '../../../../harness/faults/load/retry-storm.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startLoadWorld } from './support.ts'

const retries = 9
const storm = retryStorm({ app: 'photos', clients: 4, intentsPerSecond: 20, retries })

describe('retryStorm', () => {
  test.each([
    [{ app: 'feed', intentsPerSecond: 1 }, 'retries'],
    [{ app: 'feed', intentsPerSecond: 1, retries: -1 }, 'retries'],
    [{ app: 'feed', intentsPerSecond: 0, retries: 1 }, 'intentsPerSecond'],
    [{ app: 'feed', intentsPerSecond: 1, retries: 1, concurrencyMax: 0 }, 'concurrencyMax'],
  ])('refuses %j', (params, problem) => {
    expect(() => retryStorm(params as never)).toThrow(ScenarioError)
    expect(() => retryStorm(params as never)).toThrow(problem)
  })

  test('is aimed at an app', () => {
    expect(storm).toMatchObject({ kind: 'retry-storm', layer: 'load', target: 'photos' })
    expect(storm.problems(family)).toEqual([])
    expect(retryStorm({ app: 'nobody', intentsPerSecond: 1, retries: 1 }).problems(family)).toHaveLength(1)
  })

  test('is harmless while all is well and a storm when something fails', async () => {
    await using world = await startLoadWorld()
    const injected = await storm.inject(world.stack)
    const looks = () => world.asked.filter(({ path }) => path === '/').length
    await expect.poll(looks, { timeout: 10_000 }).toBeGreaterThan(20)
    // One call for each intent, and a sign-in for each client before that.
    expect(world.requests() - looks()).toBe(4)
    const sent = async () => {
      const [seen] = await injected.evidence()
      const [, calls, intents] = /sent (\d+) for (\d+) begun/.exec(seen?.observed ?? '') ?? []
      return { calls: Number(calls), intents: Number(intents) }
    }
    const well = await sent()
    expect(well.calls).toBe(well.intents)

    world.mood.fails = true
    await new Promise(resolve => setTimeout(resolve, 1_500))
    const ill = await sent()
    // At once, whatever Retry-After says: each intent ten times, those of the last moment not yet.
    const callsEach = (ill.calls - well.calls) / (ill.intents - well.intents)
    expect(callsEach).toBeGreaterThan(3)
    expect(callsEach).toBeLessThanOrEqual(retries + 1)
    await injected.undo()
    const after = world.requests()
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(world.requests()).toBe(after)
    expect(await injected.remains?.()).toEqual([])
  })

  test('gives an intent up after its last retry', async () => {
    await using world = await startLoadWorld()
    world.mood.fails = true
    const injected = await retryStorm({
      app: 'photos',
      region: 'eu',
      clients: 1,
      intentsPerSecond: 1,
      retries: 2,
    }).inject(world.stack)
    // The sign-in before it begins, and the first intent with its two retries.
    await expect.poll(() => world.requests(), { timeout: 10_000 }).toBe(4)
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(world.requests()).toBe(4)
    await injected.undo()
  })

  test('never has more intents under way than it may', async () => {
    await using world = await startLoadWorld()
    const injected = await retryStorm({
      app: 'photos',
      clients: 4,
      intentsPerSecond: 200,
      retries: 1_000,
      concurrencyMax: 3,
    }).inject(world.stack)
    world.mood.takesMs = 200
    const began = performance.now()
    const before = world.requests()
    await new Promise(resolve => setTimeout(resolve, 800))
    const rounds = (performance.now() - began) / 200 + 1
    expect(world.requests() - before).toBeLessThanOrEqual(3 * rounds + 10)
    await injected.undo()
  })
})
