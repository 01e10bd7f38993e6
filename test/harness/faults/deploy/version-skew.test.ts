import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { versionSkew } from '../../../../harness/faults/deploy/version-skew.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startDeployWorld } from './support.ts'

// Each starts several processes, which takes its time on a busy machine.
describe('versionSkew', { timeout: 60_000 }, () => {
  test.each([
    [{ service: 'auth' }, 'both are empty'],
    [{ service: 'auth', without: ['hope'] }, 'without'],
    [{ service: 'auth', without: ['cells'], instances: 'all' }, 'instances'],
    [{ service: 'auth', env: { pace: 'slow' } }, 'env'],
    [{ service: 'auth', env: { MITIGATIONS: '' } }, 'name mitigations in "without"'],
  ])('refuses %j', (params, problem) => {
    expect(() => versionSkew(params as never)).toThrow(ScenarioError)
    expect(() => versionSkew(params as never)).toThrow(problem)
  })

  test('is aimed at services, and holds one instance', () => {
    const fault = versionSkew({ service: 'auth', without: ['bulkhead'] })
    expect(fault).toMatchObject({ layer: 'deploy', target: 'auth', connections: 'cut' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['instance:auth-1'])
    expect(versionSkew({ service: 'sessions', without: ['cells'] }).problems(family)).toHaveLength(1)
  })

  test('runs one instance with less than the others, until it is undone', async () => {
    await using world = await startDeployWorld()
    const told = async (name: string) => world.probe(name) as Promise<Record<string, string>>
    const { mitigations: all = '' } = await told('auth-2')
    const fault = versionSkew({ service: 'auth', without: ['bulkhead', 'cells'], env: { PACE: 'slow' } })
    const injected = await fault.inject(world.stack)
    expect((await told('auth-1')).mitigations).toBe(all.replace('bulkhead,', ''))
    expect((await told('auth-1')).pace).toBe('slow')
    expect((await told('auth-2')).mitigations).toBe(all)
    const evidence = await injected.evidence()
    expect(evidence).toMatchObject([
      { fault: 'version-skew', target: 'auth-1', witness: 'log of auth-1' },
      { witness: 'runtime', observed: 'running' },
    ])
    expect(evidence[0]?.observed).toContain(`mitigations ${all.replace('bulkhead,', '')}, PACE slow`)
    await injected.undo()
    expect((await told('auth-1')).mitigations).toBe(all)
    expect(world.starts()).toEqual([3, 1, 1])
  })

  test('has no evidence where there is nothing to be without', async () => {
    await using world = await startDeployWorld({ architecture: 'shared-fate' })
    const injected = await versionSkew({ service: 'auth', without: ['bulkhead'] }).inject(world.stack)
    expect(await injected.evidence()).toEqual([])
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
  })
})
