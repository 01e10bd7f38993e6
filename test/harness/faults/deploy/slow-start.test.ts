import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { slowStart } from '../../../../harness/faults/deploy/slow-start.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startDeployWorld } from './support.ts'

// Each starts several processes, which takes its time on a busy machine.
describe('slowStart', { timeout: 60_000 }, () => {
  test.each([
    [{ service: 'auth' }, 'startMs'],
    [{ service: 'auth', startMs: 0 }, 'startMs'],
    [{ startMs: 1_000 }, 'service'],
  ])('refuses %j', (params, problem) => {
    expect(() => slowStart(params as never)).toThrow(ScenarioError)
    expect(() => slowStart(params as never)).toThrow(problem)
  })

  test('is aimed at services, and holds their instances', () => {
    const fault = slowStart({ service: 'auth', startMs: 1_000 })
    expect(fault).toMatchObject({ layer: 'deploy', target: 'auth', connections: 'cut' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['instance:auth-1', 'instance:auth-2'])
    expect(slowStart({ service: 'nobody', startMs: 1 }).problems(family)).toHaveLength(1)
  })

  test('leaves a service silent for its time, and then well', async () => {
    await using world = await startDeployWorld()
    const began = performance.now()
    const injected = await slowStart({ service: 'feed', startMs: 3_000 }).inject(world.stack)
    expect(await world.probe('feed')).toBe('no answer')
    expect(await world.probe('auth-1')).not.toBe('no answer')
    await expect.poll(() => world.probe('feed'), { timeout: 30_000 }).not.toBe('no answer')
    expect(performance.now() - began).toBeGreaterThan(3_000)
    expect((await injected.evidence()).map(({ witness, observed }) => `${witness}: ${observed}`)).toEqual([
      expect.stringMatching(/^log of feed: build slow-start, startMs 3000, listened after \d{4,} ms$/),
      'runtime: running',
    ])
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
  })

  test('is over with its undo, however long it would have taken', async () => {
    await using world = await startDeployWorld()
    const injected = await slowStart({ service: 'auth', startMs: 600_000 }).inject(world.stack)
    expect(await Promise.all(['auth-1', 'auth-2'].map(world.probe))).toEqual(['no answer', 'no answer'])
    expect((await injected.evidence())[0]?.observed).toMatch(/was not seen to listen$/)
    await injected.undo()
    expect(await Promise.all(['auth-1', 'auth-2'].map(world.probe))).not.toContain('no answer')
  })
})
