import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { greedyCaller } from '../../../../harness/faults/load/greedy-caller.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startLoadWorld } from './support.ts'

const usual = { app: 'messenger-api', requestsPerSecond: 100, addresses: 3 } as const

describe('greedyCaller', () => {
  test.each([
    [{ ...usual, at: 'auth' }, 'at'],
    [{ ...usual }, 'at'],
    [{ ...usual, at: 'api', requestsPerSecond: 2_001 }, 'requestsPerSecond'],
    [{ ...usual, at: 'api', addresses: 251 }, 'addresses'],
  ])('refuses %j', (params, problem) => {
    expect(() => greedyCaller(params as never)).toThrow(ScenarioError)
    expect(() => greedyCaller(params as never)).toThrow(problem)
  })

  test('is aimed at an API', () => {
    const fault = greedyCaller({ ...usual, at: 'api' })
    expect(fault).toMatchObject({ kind: 'greedy-caller', layer: 'load', target: 'messenger-api' })
    expect(fault.problems(family)).toEqual([])
    expect(greedyCaller({ ...usual, at: 'api', app: 'feed' }).problems(family)).toEqual([
      expect.stringContaining('no app "feed" with the surface "api"'),
    ])
  })

  test.each([
    ['api', '/v1/messages', 3],
    ['token', '/oauth/token', 0],
  ] as const)('as one client calls over and over at the %s', async (at, path, signInsBefore) => {
    await using world = await startLoadWorld()
    const injected = await greedyCaller({ ...usual, at }).inject(world.stack)
    const calls = () => world.asked.filter(asked => asked.path === path)
    await expect.poll(() => calls().length, { timeout: 10_000 }).toBeGreaterThan(40)
    // The generator says only now and then what it has sent.
    await expect.poll(() => injected.evidence(), { timeout: 10_000 }).toHaveLength(1)
    await injected.undo()
    // Whoever else comes is named.
    const others = world.asked.filter(asked => asked.path !== path).map(asked => asked.path)
    expect(others).toEqual(Array.from({ length: signInsBefore }, () => '/oauth/token'))
    // One account, one region, several machines.
    expect(new Set(world.asked.flatMap(({ user }) => user ?? [])).size).toBe(1)
    expect(new Set(calls().map(({ host }) => host)).size).toBe(1)
    expect(new Set(calls().map(({ address }) => address)).size).toBe(3)
    expect(await injected.remains?.()).toEqual([])
  })

  test('goes on when it is refused', async () => {
    await using world = await startLoadWorld()
    const injected = await greedyCaller({ ...usual, at: 'token' }).inject(world.stack)
    world.mood.fails = true
    const before = world.requests()
    await expect.poll(() => world.requests() - before, { timeout: 10_000 }).toBeGreaterThan(30)
    await injected.undo()
  })
})
