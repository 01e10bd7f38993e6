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
})
