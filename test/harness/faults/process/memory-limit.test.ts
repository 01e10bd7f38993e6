import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { memoryLimit } from '../../../../harness/faults/process/memory-limit.ts'
import { FakeServices, inject } from './support.ts'

describe('memoryLimit', () => {
  test.each([
    [{}, 'memoryMiB'],
    [{ memoryMiB: 7 }, 'memoryMiB'],
    [{ memoryMiB: 4_097 }, 'memoryMiB'],
    [{ memoryMiB: 64.5 }, 'memoryMiB'],
  ])('refuses %j', (params, problem) => {
    expect(() => memoryLimit({ service: 'auth', ...params } as never)).toThrow(ScenarioError)
    expect(() => memoryLimit({ service: 'auth', ...params } as never)).toThrow(problem)
  })

  test('says what is left of whom, and what became of it', async () => {
    const services = new FakeServices()
    const injected = await inject(memoryLimit({ service: 'feed', memoryMiB: 64 }), services)
    expect(await injected.evidence()).toMatchObject([{ observed: 'limited to memoryMiB 64; running' }])
    await services.kill('feed')
    expect(await injected.evidence()).toMatchObject([
      { observed: 'limited to memoryMiB 64; ended by SIGKILL' },
    ])
  })
})
