import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { settingInvalid } from '../../../../harness/faults/data/setting-invalid.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { useStoreWorld } from './support.ts'

describe('settingInvalid', { timeout: 60_000 }, () => {
  const world = useStoreWorld()

  test.each([
    [{ store: '*' }, 'store'],
    [{ where: 'here' }, 'where'],
  ])('refuses %j', (params, problem) => {
    expect(() => settingInvalid(params as never)).toThrow(ScenarioError)
    expect(() => settingInvalid(params as never)).toThrow(problem)
  })

  test('is aimed at databases of stacks that cache their settings, and leaves the rest of the store to others', () => {
    const fault = settingInvalid({})
    expect(fault).toMatchObject({ kind: 'setting-invalid', layer: 'data', needs: ['cached-settings'] })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['database:sessions:settings'])
    expect(settingInvalid({ store: 'auth' }).problems(family)).toHaveLength(2)
  })

  test('writes what makes no sense, and puts back what was there', async () => {
    const { store, inject } = world
    const before = await store.findSetting('credential-kinds')
    expect(before).toEqual(['web', 'mobile', 'device', 'api'])
    const injected = await inject(settingInvalid({}))
    expect(await store.findSetting('credential-kinds')).toBe('none of them')
    expect(await injected.evidence()).toMatchObject([
      { target: 'sessions', observed: expect.stringContaining('none of them') },
    ])
    expect(await injected.remains?.()).toHaveLength(1)
    await injected.undo()
    await injected.undo()
    expect(await store.findSetting('credential-kinds')).toEqual(before)
    expect(await injected.remains?.()).toEqual([])
    expect(await injected.evidence()).toEqual([])
  })
})
