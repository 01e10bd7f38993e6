import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { storeReadOnly } from '../../../../harness/faults/data/store-read-only.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { StoreUnavailable } from '../../../../services/auth/store.ts'
import { useStoreWorld } from './support.ts'

describe('storeReadOnly', { timeout: 60_000 }, () => {
  const world = useStoreWorld()

  test.each([
    [{ store: '*' }, 'store'],
    [{ store: 7 }, 'store'],
    [{ where: 'here' }, 'where'],
  ])('refuses %j', (params, problem) => {
    expect(() => storeReadOnly(params as never)).toThrow(ScenarioError)
    expect(() => storeReadOnly(params as never)).toThrow(problem)
  })

  test('is aimed at databases, and holds them', () => {
    const fault = storeReadOnly({})
    expect(fault).toMatchObject({ kind: 'store-read-only', layer: 'data', target: 'sessions' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['database:sessions'])
    expect(storeReadOnly({ store: 'rival-sessions' }).problems(family)).toEqual([])
    expect(storeReadOnly({ store: 'auth' }).problems(family)).toEqual([
      expect.stringContaining('auth-1 is no database'),
      expect.stringContaining('auth-2 is no database'),
    ])
    expect(storeReadOnly({ store: 'nobody' }).problems(family)).toHaveLength(1)
  })

  test('takes no writes, on connections that stand and new ones, and reads as before', async () => {
    const { store, inject, addSession } = world
    const before = await addSession()
    const injected = await inject(storeReadOnly({}))
    await expect(addSession()).rejects.toThrow(StoreUnavailable)
    await expect(store.revokeSession(before.sid, Date.now())).rejects.toThrow(StoreUnavailable)
    expect(await store.findSession(before.sid)).toMatchObject(before)
    expect(await injected.evidence()).toMatchObject([
      {
        target: 'sessions',
        observed: expect.stringMatching(/^a write was refused: .*read-only transaction/),
      },
    ])
    expect(await injected.remains?.()).toHaveLength(1)
    await injected.undo()
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
    expect(await injected.evidence()).toEqual([])
    await addSession()
    expect(await store.revokeSession(before.sid, Date.now())).toBe(true)
  })
})
