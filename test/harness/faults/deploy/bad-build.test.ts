import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { badBuild } from '../../../../harness/faults/deploy/bad-build.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startDeployWorld, topology } from './support.ts'

type World = Awaited<ReturnType<typeof startDeployWorld>>
const states = (world: World) =>
  Promise.all(['auth-1', 'auth-2', 'feed'].map(async name => (await world.services.status(name)).state))

// Each starts several processes, which takes its time on a busy machine.
describe('badBuild', { timeout: 60_000 }, () => {
  test.each([
    [{ service: 'auth' }, 'build'],
    [{ service: 'auth', build: 'slow-start' }, 'build'],
    [{ service: '*', build: 'leaks' }, 'service'],
    [{ service: 'auth', build: 'leaks', instances: 'two' }, 'instances'],
    [{ service: 'auth', build: 'leaks', leakMaxMiB: 2_000 }, 'leakMaxMiB'],
    [{ service: 'auth', build: 'crashes-later', afterMs: 0 }, 'afterMs'],
    [{ service: 'auth', build: 'crashes-on-request', atRequest: 0 }, 'atRequest'],
  ])('refuses %j', (params, problem) => {
    expect(() => badBuild(params as never)).toThrow(ScenarioError)
    expect(() => badBuild(params as never)).toThrow(problem)
  })

  test('is aimed at services that have builds, and holds their instances', () => {
    const fault = badBuild({ service: 'auth', build: 'exits-at-start' })
    expect(fault).toMatchObject({ layer: 'deploy', target: 'auth', connections: 'cut' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['instance:auth-1', 'instance:auth-2'])
    const one = badBuild({ service: 'auth', build: 'exits-at-start', instances: 'one' })
    expect(one.holds(family)).toEqual(['instance:auth-1'])
    expect(badBuild({ service: 'nobody', build: 'leaks' }).problems(family)).toHaveLength(1)
    expect(badBuild({ service: 'sessions', build: 'leaks' }).problems(topology)).toEqual([
      'sessions is a database, of which there is no other build; name a service',
    ])
  })

  test('takes all instances with it where nobody looks, and gives them back', async () => {
    await using world = await startDeployWorld()
    const injected = await badBuild({ service: 'auth', build: 'exits-at-start' }).inject(world.stack)
    await expect.poll(() => states(world), { timeout: 20_000 }).toEqual(['ended', 'ended', 'running'])
    expect(await injected.evidence()).toHaveLength(4)
    await injected.undo()
    expect(await states(world)).toEqual(['running', 'running', 'running'])
    expect(await injected.remains?.()).toEqual([])
  })

  test('stops at the first instance where each has to prove itself', async () => {
    await using world = await startDeployWorld()
    const injected = await badBuild({ service: 'auth', build: 'exits-at-start', staged: true }).inject(
      world.stack,
    )
    expect(await states(world)).toEqual(['ended', 'running', 'running'])
    expect(world.starts()).toEqual([2, 1, 1])
    expect((await injected.evidence()).map(({ target }) => target)).toEqual(['auth-1', 'auth-1'])
    await injected.undo()
    expect(world.starts()).toEqual([3, 1, 1])
    expect(await states(world)).toEqual(['running', 'running', 'running'])
  })

  test('stops there too when it crashes during the check, and not when that comes later', async () => {
    await using world = await startDeployWorld()
    const params = { service: 'auth', build: 'crashes-later', staged: true } as const
    const early = await badBuild({ ...params, afterMs: 100, checkMs: 4_000 }).inject(world.stack)
    expect(world.starts()).toEqual([2, 1, 1])
    await early.undo()
    const late = await badBuild({ ...params, afterMs: 4_000, checkMs: 50 }).inject(world.stack)
    expect(world.starts()).toEqual([4, 2, 1])
    await expect.poll(() => states(world), { timeout: 30_000 }).toEqual(['ended', 'ended', 'running'])
    await late.undo()
    expect(await states(world)).toEqual(['running', 'running', 'running'])
  })

  test('falls over a request', async () => {
    await using world = await startDeployWorld()
    const params = { service: 'feed', build: 'crashes-on-request', atRequest: 2, staged: true } as const
    const injected = await badBuild(params).inject(world.stack)
    expect(await world.probe('feed')).not.toBe('no answer')
    expect(await world.probe('feed')).toBe('no answer')
    await expect
      .poll(async () => (await injected.evidence()).map(({ observed }) => observed), { timeout: 20_000 })
      .toEqual([expect.stringMatching(/^build crashes-on-request, atRequest 2, listened/), 'ended with 1'])
    await injected.undo()
    expect(await world.probe('feed')).not.toBe('no answer')
  })

  test('leaves nothing behind if it cannot be deployed', async () => {
    await using world = await startDeployWorld()
    const services = { ...world.services }
    services.launch = (name, version) =>
      name === 'auth-2' ? Promise.reject(new Error('no room')) : world.services.launch(name, version)
    const fault = badBuild({ service: 'auth', build: 'exits-at-start' })
    await expect(fault.inject({ ...world.stack, services })).rejects.toThrow('no room')
    expect(await states(world)).toEqual(['running', 'running', 'running'])
  })
})
