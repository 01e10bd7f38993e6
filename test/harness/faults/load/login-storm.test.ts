import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { loginStorm } from '../../../../harness/faults/load/login-storm.ts'
import { leftoversOf } from '../../../../harness/stack/sweep.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'
import { startLoadWorld } from './support.ts'

const storm = loginStorm({ app: 'feed', accounts: 60, signInsPerSecond: 200 })

describe('loginStorm', () => {
  test.each([
    [{ app: 'feed' }, 'signInsPerSecond'],
    [{ app: 'feed', signInsPerSecond: 0 }, 'signInsPerSecond'],
    [{ app: 'feed', signInsPerSecond: 1_001 }, 'signInsPerSecond'],
    [{ app: 'feed', signInsPerSecond: 1, accounts: 0 }, 'accounts'],
    [{ app: 'feed', signInsPerSecond: 1, surface: 'api' }, 'surface'],
    [{ app: 'feed', signInsPerSecond: 1, maxMs: 600_001 }, 'maxMs'],
    [{ app: 'feed', signInsPerSecond: 1, rate: 5 }, 'rate'],
  ])('refuses %j', (params, problem) => {
    expect(() => loginStorm(params as never)).toThrow(ScenarioError)
    expect(() => loginStorm(params as never)).toThrow(problem)
  })

  test('is aimed at an app that has the surface, and holds nothing', () => {
    expect(storm).toMatchObject({ kind: 'login-storm', layer: 'load', target: 'feed' })
    for (const topology of [family, cellularFamily]) {
      expect(storm.problems(topology)).toEqual([])
      expect(storm.holds(topology)).toEqual([])
    }
    const problems = (params: object) =>
      loginStorm({ app: 'feed', signInsPerSecond: 1, ...params }).problems(family)
    expect(problems({ app: 'ads', surface: 'mobile' })).toEqual([
      expect.stringMatching(
        /^no app "ads" with the surface "mobile"; there are: feed \(web\), feed \(mobile\), /,
      ),
    ])
    expect(problems({ region: 'mars' })).toEqual(['no region "mars"; there are: us, eu, asia, me'])
  })

  test('signs everybody in through all doors, each from an address of their own, and then no more', async () => {
    await using world = await startLoadWorld()
    const injected = await storm.inject(world.stack)
    await expect.poll(() => world.requests(), { timeout: 10_000 }).toBe(60)
    expect(new Set(world.asked.map(({ path }) => path))).toEqual(new Set(['/sign-in']))
    expect(new Set(world.asked.map(({ address }) => address)).size).toBe(60)
    expect(new Set(world.asked.map(({ user }) => user)).size).toBe(60)
    const hosts = ['us', 'eu', 'asia', 'me'].map(region => `feed.${region}.localhost`)
    expect(new Set(world.asked.map(({ host }) => host))).toEqual(new Set(hosts))
    await expect
      .poll(() => injected.evidence())
      .toEqual([
        {
          fault: 'login-storm',
          target: 'feed',
          witness: 'fault proxy',
          observed: expect.stringMatching(
            /^60 requests in .* before it 0\/s.*sent 60 for 60 begun, 60 went well/,
          ),
        },
      ])
    await injected.undo()
    expect(world.requests()).toBe(60)
  })

  test('presses on while it is refused, at its rate, and ends with its undo', async () => {
    await using world = await startLoadWorld()
    world.mood.fails = true
    const injected = await loginStorm({
      app: 'feed',
      accounts: 3,
      signInsPerSecond: 50,
      region: 'us',
    }).inject(world.stack)
    await expect.poll(() => world.requests(), { timeout: 10_000 }).toBeGreaterThan(20)
    expect(new Set(world.asked.map(({ host }) => host))).toEqual(new Set(['feed.us.localhost']))
    expect(await injected.remains?.()).toEqual([
      expect.stringMatching(/^the load on feed \(process \d+\) goes on$/),
    ])
    await injected.undo()
    const after = world.requests()
    const tookMs = (world.asked.at(-1)?.at ?? 0) - (world.asked[0]?.at ?? 0)
    expect(after).toBeLessThanOrEqual((tookMs / 1_000) * 50 + 5)
    expect(await injected.remains?.()).toEqual([])
    await injected.undo()
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(world.requests()).toBe(after)
  })

  test('ends by itself when nobody undoes it', async () => {
    await using world = await startLoadWorld()
    world.mood.fails = true
    const injected = await loginStorm({ app: 'feed', accounts: 3, signInsPerSecond: 50, maxMs: 300 }).inject(
      world.stack,
    )
    await expect.poll(() => injected.remains?.(), { timeout: 10_000 }).toEqual([])
    expect(world.requests()).toBeGreaterThan(0)
    expect(world.requests()).toBeLessThanOrEqual(20)
    await injected.undo()
  })

  test('waits at its undo for what is under way', async () => {
    await using world = await startLoadWorld()
    world.mood.takesMs = 400
    const injected = await storm.inject(world.stack)
    await expect.poll(() => world.underWay(), { timeout: 10_000 }).toBeGreaterThan(0)
    await injected.undo()
    expect(world.underWay()).toBe(0)
  })

  test('is written down with the stack, so that what a dead harness leaves is found and ended', async () => {
    await using world = await startLoadWorld()
    world.mood.fails = true
    const injected = await storm.inject(world.stack)
    expect(leftoversOf(world.ledger).processes).toEqual([expect.objectContaining({ service: 'load' })])
    const [load] = leftoversOf(world.ledger).processes
    process.kill(load?.pid ?? 0, 'SIGKILL')
    await expect.poll(() => injected.remains?.()).toEqual([])
    await injected.undo()
  })

  test('can be ended the hard way', async () => {
    await using world = await startLoadWorld()
    world.mood.takesMs = 3_000
    const injected = await storm.inject(world.stack)
    await expect.poll(() => world.requests(), { timeout: 10_000 }).toBeGreaterThan(0)
    await injected.undoHard?.()
    expect(await injected.remains?.()).toEqual([])
  })

  test('says so where the stack has no such door, and leaves nothing', async () => {
    await using world = await startLoadWorld()
    const stack = { ...world.stack, doors: {} } as typeof world.stack
    await expect(storm.inject(stack)).rejects.toThrow('the stack has no door edge-')
    expect(leftoversOf(world.ledger).processes).toEqual([])
  })
})
