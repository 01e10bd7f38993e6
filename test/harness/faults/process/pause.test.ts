import { describe, expect, test } from 'vitest'
import { pause } from '../../../../harness/faults/process/pause.ts'
import { FakeServices, inject } from './support.ts'

describe('pause', () => {
  test('keeps connections, and lets the target go on where it was', async () => {
    const services = new FakeServices()
    const fault = pause({ service: 'feed' })
    expect(fault.connections).toBe('kept')
    const injected = await inject(fault, services)
    expect(await injected.remains?.()).toEqual(['feed is paused'])
    await injected.undo()
    // It was never started anew.
    expect(services.asked).toEqual(['pause feed', 'resume feed'])
  })

  test('has no evidence of one that goes on, or has died', async () => {
    const services = new FakeServices()
    const injected = await inject(pause({ service: 'auth' }), services)
    await services.resume('auth-1')
    await services.kill('auth-2')
    expect(await injected.evidence()).toEqual([])
  })
})
