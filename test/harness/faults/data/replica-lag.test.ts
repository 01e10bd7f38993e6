import { describe, expect, test } from 'vitest'
import { HarnessError, ScenarioError } from '../../../../harness/errors.ts'
import { replicaLag } from '../../../../harness/faults/data/replica-lag.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

describe('replicaLag', () => {
  test.each([
    [{}, 'lagMs'],
    [{ lagMs: 99 }, 'lagMs'],
    [{ lagMs: 60_001 }, 'lagMs'],
    [{ lagMs: 500, store: '*' }, 'store'],
    [{ lagMs: 500, behindMs: 1 }, 'behindMs'],
  ])('refuses %j', (params, problem) => {
    expect(() => replicaLag(params as never)).toThrow(ScenarioError)
    expect(() => replicaLag(params as never)).toThrow(problem)
  })

  test('is aimed at a replica, needs a stack that has one, and holds its link', () => {
    const fault = replicaLag({ lagMs: 500 })
    expect(fault).toMatchObject({ kind: 'replica-lag', layer: 'data', needs: ['replica'] })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['link:sessions-replica-to-sessions'])
    expect(replicaLag({ lagMs: 500, store: 'sessions-replica@eu' }).holds(cellularFamily)).toEqual([
      'link:sessions-eu-replica-to-sessions-eu',
    ])
    expect(replicaLag({ lagMs: 500, store: 'sessions' }).problems(family)).toEqual([
      expect.stringContaining('sessions is no replica'),
    ])
    expect(replicaLag({ lagMs: 500, store: 'nobody' }).problems(family)).toHaveLength(1)
  })

  test('holds back what follows, and lets it go with its undo', async () => {
    await using world = await startWorld()
    // Here "feed" follows "auth".
    const stack = {
      ...world.stack,
      topology: {
        services: [{ name: 'feed', role: 'feed', program: 'postgres', calls: ['auth'] }],
        cells: [],
      },
    } as never
    const injected = await replicaLag({ store: 'feed', lagMs: 400 }).inject(stack)
    const [late, other] = await Promise.all([world.probe('feed-to-auth'), world.probe('photos-to-auth')])
    expect(late?.ms).toBeGreaterThanOrEqual(400)
    expect(other?.ms).toBeLessThan(late?.ms ?? 0)
    expect(await injected.evidence()).not.toEqual([])
    await injected.undo()
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('cannot be injected where nobody follows', async () => {
    await using world = await startWorld()
    await expect(async () => replicaLag({ lagMs: 400 }).inject(world.stack)).rejects.toThrow(HarnessError)
  })
})
