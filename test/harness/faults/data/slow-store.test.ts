import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { slowStore } from '../../../../harness/faults/data/slow-store.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

const delayMs = 400

describe('slowStore', () => {
  test.each([
    [{}, 'delayMs'],
    [{ delayMs: 0 }, 'delayMs'],
    [{ delayMs: 60_001 }, 'delayMs'],
    [{ delayMs, jitterMs: -1 }, 'jitterMs'],
    [{ delayMs, share: 1.5 }, 'share'],
    [{ delayMs, store: '*' }, 'store'],
  ])('refuses %j', (params, problem) => {
    expect(() => slowStore(params as never)).toThrow(ScenarioError)
    expect(() => slowStore(params as never)).toThrow(problem)
  })

  test('is aimed at a database, and holds the links of those who ask it', () => {
    const fault = slowStore({ delayMs })
    expect(fault).toMatchObject({
      kind: 'slow-store',
      layer: 'data',
      target: 'sessions',
      connections: 'kept',
    })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['link:auth-1-to-sessions', 'link:auth-2-to-sessions'])
    expect(slowStore({ delayMs, store: 'feed' }).problems(family)).toEqual([
      expect.stringContaining('feed is no database'),
    ])
  })

  test('makes it answer late to all but its operator, until its undo', async () => {
    await using world = await startWorld()
    // Here "auth" stands for the database.
    const database = { name: 'auth', role: 'auth', program: 'postgres', calls: [] } as const
    const stack = { ...world.stack, topology: { services: [database], cells: [] } } as unknown as Stack
    const injected = await slowStore({ store: 'auth', delayMs }).inject(stack)
    const [slow, operator] = await Promise.all([world.probe('feed-to-auth'), world.probe('harness-to-auth')])
    expect(slow?.ms).toBeGreaterThanOrEqual(delayMs)
    expect(operator?.ms).toBeLessThan(slow?.ms ?? 0)
    expect(await injected.evidence()).toMatchObject([{ fault: 'slow-store', target: 'feed -> auth' }])
    await injected.undo()
    expect((await world.probe('feed-to-auth')).ms).toBeLessThan(slow?.ms ?? 0)
    expect(await world.proxy.toxics()).toEqual([])
  })
})
