import { describe, expect, test } from 'vitest'
import { kill } from '../../../../harness/faults/process/kill.ts'
import { FakeServices, inject } from './support.ts'

describe('kill', () => {
  test('leaves the target dead, and says how it ended', async () => {
    const services = new FakeServices()
    const fault = kill({ service: 'auth', instances: 'one' })
    expect(fault.connections).toBe('cut')
    const injected = await inject(fault, services)
    expect(services.asked).toEqual(['kill auth-1'])
    expect(await injected.remains?.()).toEqual(['auth-1 is ended by SIGKILL'])
    expect(await injected.evidence()).toEqual([
      { fault: 'kill', target: 'auth-1', witness: 'runtime', observed: 'ended by SIGKILL' },
    ])
  })

  test('has no evidence of one that somebody has started again', async () => {
    const services = new FakeServices()
    const injected = await inject(kill({ service: 'feed' }), services)
    await services.start('feed')
    expect(await injected.evidence()).toEqual([])
    await injected.undo()
    expect(services.asked).toEqual(['kill feed', 'start feed'])
  })
})
