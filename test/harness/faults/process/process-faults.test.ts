/** What all faults of processes have in common. What each does to real services: test/e2e/activation.test.ts. */
import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import type { Fault } from '../../../../harness/faults/fault.ts'
import {
  cpuLimit,
  crashLoop,
  kill,
  memoryLimit,
  pause,
  restart,
} from '../../../../harness/faults/process/index.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { FakeServices, inject } from './support.ts'

type Target = { service: string; instances?: 'all' | 'one' }
interface Kind {
  kind: string
  make: (target: Target) => Fault
  /** The first thing that is asked of each. */
  first: string
}
const kinds: Kind[] = [
  { kind: 'kill', make: kill, first: 'kill' },
  { kind: 'pause', make: pause, first: 'pause' },
  { kind: 'restart', make: restart, first: 'start' },
  { kind: 'crash-loop', make: crashLoop, first: 'kill' },
  { kind: 'cpu-limit', make: target => cpuLimit({ ...target, cpus: 0.1 }), first: 'limit' },
  { kind: 'memory-limit', make: target => memoryLimit({ ...target, memoryMiB: 64 }), first: 'limit' },
]

describe.each(kinds)('$kind', ({ kind, make, first }) => {
  test.each([
    [{}],
    [{ service: '*' }],
    [{ service: 7 }],
    [{ service: 'auth', instances: 'some' }],
    [{ service: 'auth', who: 1 }],
  ])('refuses %j', params => {
    expect(() => make(params as never)).toThrow(ScenarioError)
    expect(() => make(params as never)).toThrow(new RegExp(`^${kind}: `))
  })

  test('is aimed at services and databases, and holds their instances', () => {
    const fault = make({ service: 'auth' })
    expect(fault).toMatchObject({ kind, layer: 'process', target: 'auth' })
    expect(fault.problems(family)).toEqual([])
    expect(make({ service: 'sessions' }).problems(family)).toEqual([])
    expect(make({ service: 'nobody' }).problems(family)).toEqual([
      expect.stringContaining('no service "nobody"'),
    ])
    expect(fault.holds(family)).toEqual(['instance:auth-1', 'instance:auth-2'])
    expect(make({ service: 'auth', instances: 'one' }).holds(family)).toEqual(['instance:auth-1'])
  })

  test('brings evidence while it is on, and all runs as before after its undo, which may come twice', async () => {
    const services = new FakeServices()
    const before = await services.status('feed')
    const injected = await inject(make({ service: 'auth' }), services)
    expect((await injected.evidence()).map(({ fault, target, witness }) => [fault, target, witness])).toEqual(
      [
        [kind, 'auth-1', 'runtime'],
        [kind, 'auth-2', 'runtime'],
      ],
    )
    await injected.undo()
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
    for (const name of ['auth-1', 'auth-2']) {
      const { starts: _, ...status } = await services.status(name)
      expect(status).toEqual({ state: 'running' })
    }
    expect(await services.status('feed')).toEqual(before)
  })

  test('takes itself back where it cannot be put on all of them', async () => {
    const services = new FakeServices()
    services.failing.add(`${first} auth-2`)
    await expect(inject(make({ service: 'auth' }), services)).rejects.toThrow(`it will not ${first} auth-2`)
    for (const name of ['auth-1', 'auth-2']) {
      const { starts: _, ...status } = await services.status(name)
      expect(status).toEqual({ state: 'running' })
    }
  })

  test('is undone also where its target has died meanwhile', async () => {
    const services = new FakeServices()
    const injected = await inject(make({ service: 'feed' }), services)
    await services.kill('feed')
    await injected.undo()
    expect(await services.status('feed')).toMatchObject({ state: 'running' })
  })

  test('says who could not be made well, and can be tried again', async () => {
    const services = new FakeServices()
    const injected = await inject(make({ service: 'feed' }), services)
    await services.kill('feed')
    services.failing.add('start feed')
    await expect(injected.undo()).rejects.toThrow(/could not be undone: feed: it will not start feed/)
    expect(await injected.remains?.()).toEqual(['feed is ended by SIGKILL'])
    services.failing.clear()
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
  })

  test('is not undone by a process that runs and was never seen to listen', async () => {
    const services = new FakeServices()
    const injected = await inject(make({ service: 'feed' }), services)
    await services.kill('feed')
    services.silent.add('feed')
    await expect(injected.undo()).rejects.toThrow(/could not be undone: feed: feed does not listen/)
    expect((await services.status('feed')).state).toBe('running')
    await expect(injected.undo()).rejects.toThrow(/does not listen/)
    services.silent.clear()
    await injected.undo()
    const { length } = services.asked
    await injected.undo()
    expect(services.asked.slice(length)).not.toContain('start feed')
  })
})
