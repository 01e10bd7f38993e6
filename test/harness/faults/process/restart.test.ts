import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { restart } from '../../../../harness/faults/process/restart.ts'
import { FakeServices, inject } from './support.ts'

describe('restart', () => {
  test.each([
    [{ times: 0 }, 'times'],
    [{ times: 21 }, 'times'],
    [{ everyMs: -1 }, 'everyMs'],
    [{ everyMs: 60_001 }, 'everyMs'],
    [{ rolling: 'yes' }, 'rolling'],
  ])('refuses %j', (params, problem) => {
    expect(() => restart({ service: 'auth', ...params } as never)).toThrow(ScenarioError)
    expect(() => restart({ service: 'auth', ...params } as never)).toThrow(problem)
  })

  test('comes as often as it is told, and says so', async () => {
    const services = new FakeServices()
    const injected = await inject(restart({ service: 'feed', times: 3, everyMs: 1 }), services)
    expect(services.asked).toEqual(['start feed'])
    await expect.poll(() => services.asked).toEqual(['start feed', 'start feed', 'start feed'])
    expect(await injected.evidence()).toMatchObject([{ observed: 'started 3 times since' }])
    await injected.undo()
    expect(services.asked).toHaveLength(3)
  })

  test('ends with its undo, however many are to come', async () => {
    const services = new FakeServices()
    const injected = await inject(restart({ service: 'feed', times: 20, everyMs: 60_000 }), services)
    await injected.undo()
    expect(services.asked).toEqual(['start feed'])
    expect(await injected.remains?.()).toEqual([])
  })

  test('ends between two instances, too, where it is rolling', async () => {
    const services = new FakeServices()
    const start = services.start.bind(services)
    const held = Promise.withResolvers<void>()
    services.start = async name => {
      if (services.asked.length >= 2) await held.promise
      await start(name)
    }
    const params = { service: 'auth', rolling: true, times: 20, everyMs: 0 }
    const injected = await inject(restart(params), services)
    const undoing = injected.undo()
    held.resolve()
    await undoing
    // At most the one that was under way.
    expect(services.asked.slice(2)).not.toContain('start auth-2')
    expect(await injected.remains?.()).toEqual([])
  })

  test('goes from one to the next where it is rolling', async () => {
    const services = new FakeServices()
    const open = new Set<string>()
    const together: number[] = []
    const start = services.start.bind(services)
    services.start = async name => {
      open.add(name)
      together.push(open.size)
      await new Promise(resolve => setTimeout(resolve, 5))
      open.delete(name)
      await start(name)
    }
    await inject(restart({ service: 'auth', rolling: true }), services)
    expect(together).toEqual([1, 1])
    await inject(restart({ service: 'auth' }), services)
    expect(together).toEqual([1, 1, 1, 2])
  })
})
