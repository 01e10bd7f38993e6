import { describe, expect, test } from 'vitest'
import { HarnessError, ScenarioError } from '../../../../harness/errors.ts'
import { replicaLag } from '../../../../harness/faults/data/replica-lag.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'
import { startReplicaWorld } from './replica-support.ts'

const lagMs = 2_000
const patience = { timeout: 20_000, interval: 20 }

describe('replicaLag', { timeout: 60_000 }, () => {
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

  test('lets a replica be behind until its undo, which costs those who take its "no"', async () => {
    await using world = await startReplicaWorld()
    const isFound = async (sid: string) => (await world.findPlainly(sid))?.sid === sid
    const before = await world.addSession()
    await expect.poll(() => isFound(before), patience).toBe(true)

    const injected = await world.inject(replicaLag({ lagMs }))
    const began = performance.now()
    const sid = await world.addSession()
    expect(await world.findPlainly(sid)).toBeUndefined()
    expect(await world.findWithCare(sid)).toMatchObject({ sid })
    // It is late, and not lost.
    await expect.poll(() => isFound(sid), patience).toBe(true)
    expect(performance.now() - began).toBeGreaterThanOrEqual(lagMs)
    expect(await world.findPlainly(before)).toMatchObject({ sid: before })
    const target = 'sessions-replica -> sessions'
    expect(await injected.evidence()).toEqual([
      expect.objectContaining({ target, witness: 'fault proxy' }),
      {
        fault: 'replica-lag',
        target,
        witness: 'database sessions-replica',
        observed: expect.stringMatching(/^received last what was under way for \d{4} ms$/),
      },
    ])

    await injected.undo()
    await injected.undo()
    expect(await world.proxy.toxics()).toEqual([])
    expect(await injected.remains?.()).toEqual([])
    const after = await world.addSession()
    await expect.poll(() => isFound(after), patience).toBe(true)
  })

  test('is seen before anything has come, and for as long as nothing comes', async () => {
    await using world = await startReplicaWorld()
    const injected = await world.inject(replicaLag({ lagMs: 60_000 }))
    const sid = await world.addSession()
    // Nobody is behind yet for longer than a replica may be.
    expect((await injected.evidence()).map(({ witness }) => witness)).not.toContain(
      'database sessions-replica',
    )
    expect(await injected.remains?.()).toEqual([
      expect.stringMatching(/^sessions-replica does not have what sessions wrote \d+ ms ago$/),
    ])
    expect(await injected.evidence()).toContainEqual(
      expect.objectContaining({
        witness: 'database sessions-replica',
        observed: expect.stringMatching(/^has not received what was written \d+ ms ago$/),
      }),
    )
    // What is on its way need not wait for its time.
    await injected.undo()
    await expect.poll(async () => (await world.findPlainly(sid))?.sid, patience).toBe(sid)
    expect(await injected.remains?.()).toEqual([])
  })

  test('has the proxy alone for a witness where the databases do not answer', async () => {
    await using world = await startWorld()
    const silent = {
      query: async () => {
        throw new HarnessError('away')
      },
    }
    // Here "feed" follows "auth".
    const services = [{ name: 'feed', role: 'feed', program: 'postgres', calls: ['auth'] }]
    const stack = { ...world.stack, topology: { services, cells: [] } }
    const fault = replicaLag({ store: 'feed', lagMs: 400 })
    await expect(async () => fault.inject({ ...stack, databases: {} } as never)).rejects.toThrow(HarnessError)
    expect(await world.proxy.toxics()).toEqual([])
    const databases = { feed: silent, auth: silent, config: silent }
    const injected = await fault.inject({ ...stack, databases } as never)
    const [late, other] = await Promise.all([world.probe('feed-to-auth'), world.probe('photos-to-auth')])
    expect(late?.ms).toBeGreaterThanOrEqual(400)
    expect(other?.ms).toBeLessThan(late?.ms ?? 0)
    expect(await injected.evidence()).toMatchObject([{ witness: 'fault proxy' }])
    await injected.undo()
    expect(await world.proxy.toxics()).toEqual([])
    await expect(injected.remains?.()).rejects.toThrow('away')
  })

  test('cannot be injected where nobody follows', async () => {
    await using world = await startWorld()
    await expect(async () => replicaLag({ lagMs: 400 }).inject(world.stack)).rejects.toThrow(HarnessError)
  })
})
