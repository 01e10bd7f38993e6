import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { cpuLimit } from '../../../../harness/faults/process/cpu-limit.ts'
import { FakeServices, inject } from './support.ts'

describe('cpuLimit', () => {
  test.each([
    [{}, 'cpus'],
    [{ cpus: 0.001 }, 'cpus'],
    [{ cpus: 9 }, 'cpus'],
    [{ cpus: 'half' }, 'cpus'],
  ])('refuses %j', (params, problem) => {
    expect(() => cpuLimit({ service: 'auth', ...params } as never)).toThrow(ScenarioError)
    expect(() => cpuLimit({ service: 'auth', ...params } as never)).toThrow(problem)
  })

  test('leaves no evidence where something else lifted it', async () => {
    const services = new FakeServices()
    const injected = await inject(cpuLimit({ service: 'feed', cpus: 0.5 }), services)
    expect(await injected.remains?.()).toEqual(['feed is limited still'])
    await services.limit('feed', undefined)
    expect(await injected.evidence()).toEqual([])
  })
  test('is undone, and said to be, where it cannot be lifted from one that has died: another start has none', async () => {
    const services = new FakeServices()
    const injected = await inject(cpuLimit({ service: 'auth', cpus: 0.5 }), services)
    await services.kill('auth-1')
    services.failing.add('lift auth-1')
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
  })

  test('says from whom it could not be lifted, after it has made the others well', async () => {
    const services = new FakeServices()
    const injected = await inject(cpuLimit({ service: 'auth', cpus: 0.5 }), services)
    await services.kill('auth-2')
    services.failing.add('lift auth-1')
    await expect(injected.undo()).rejects.toThrow(/could not be lifted: auth-1: it will not lift auth-1/)
    expect(await injected.remains?.()).toEqual(['auth-1 is limited still'])
    services.failing.clear()
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
  })
})
