import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { crashLoop } from '../../../../harness/faults/process/crash-loop.ts'
import { FakeServices, inject } from './support.ts'

describe('crashLoop', () => {
  test.each([
    [{ downMs: 99 }, 'downMs'],
    [{ downMs: 60_001 }, 'downMs'],
    [{ upMs: -1 }, 'upMs'],
    [{ upMs: '1s' }, 'upMs'],
  ])('refuses %j', (params, problem) => {
    expect(() => crashLoop({ service: 'auth', ...params } as never)).toThrow(ScenarioError)
    expect(() => crashLoop({ service: 'auth', ...params } as never)).toThrow(problem)
  })

  test('kills and starts in turn until its undo, which leaves it running', async () => {
    const services = new FakeServices()
    const injected = await inject(crashLoop({ service: 'feed', downMs: 100, upMs: 1 }), services)
    await expect.poll(() => services.asked.length).toBeGreaterThanOrEqual(5)
    await injected.undo()
    const { asked } = services
    for (const [index, what] of asked.entries())
      expect(what).toBe(index % 2 === 0 ? 'kill feed' : 'start feed')
    const crashes = asked.filter(what => what === 'kill feed').length
    expect(await injected.evidence()).toMatchObject([{ observed: `seen dead ${crashes} times` }])
    const { length } = asked
    await new Promise(resolve => setTimeout(resolve, 150))
    expect(asked).toHaveLength(length)
    expect(await injected.remains?.()).toEqual([])
  })

  test('goes on after a start, or a kill, that fails', async () => {
    const services = new FakeServices()
    const injected = await inject(crashLoop({ service: 'feed', downMs: 100, upMs: 1 }), services)
    const crashes = async () => Number(/\d+/.exec((await injected.evidence())[0]?.observed ?? '')?.[0])
    for (const failing of ['start feed', 'kill feed']) {
      services.failing.add(failing)
      const { length } = services.asked
      await expect.poll(() => services.asked.slice(length), { timeout: 10_000 }).toContain(failing)
      services.failing.clear()
      const before = await crashes()
      await expect.poll(crashes, { timeout: 10_000 }).toBeGreaterThan(before)
    }
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
  })
})
