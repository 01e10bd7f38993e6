import { describe, expect, test } from 'vitest'
import { switchable, switchedServices } from '../../../harness/room/switched-services.ts'
import type { ServiceControl, ServiceVersion } from '../../../harness/stack/service-control.ts'
import { family } from '../../../harness/stack/topology.ts'

function start() {
  const started: [string, ServiceVersion | undefined][] = []
  const services = {
    names: ['auth-1', 'rival-auth'],
    start: async (name: string, version?: ServiceVersion) => void started.push([name, version]),
    launch: async (name: string, version?: ServiceVersion) => void started.push([name, version]),
  } as unknown as ServiceControl
  const on = new Set(['bulkhead'])
  return { started, on, switched: switchedServices(services, ['auth-1'], () => on) }
}

describe('a service that is started anew', () => {
  test('has the mitigations that are switched on by then', async () => {
    const { started, on, switched } = start()
    await switched.start('auth-1')
    on.add('retry-budget')
    await switched.launch('auth-1', { build: 'broken', env: { PORT: '1' } })
    expect(started).toEqual([
      ['auth-1', { env: { MITIGATIONS: 'bulkhead' } }],
      ['auth-1', { build: 'broken', env: { MITIGATIONS: 'bulkhead,retry-budget', PORT: '1' } }],
    ])
  })

  test('keeps what its version says of them', async () => {
    const { started, switched } = start()
    await switched.start('auth-1', { env: { MITIGATIONS: '' } })
    expect(started[0]?.[1]?.env).toEqual({ MITIGATIONS: '' })
  })

  test('is left alone where mitigations do not concern it', async () => {
    const { started, switched } = start()
    await switched.start('rival-auth', { env: { PORT: '1' } })
    expect(started[0]?.[1]).toEqual({ env: { PORT: '1' } })
  })
})

test('the control group, the store and the status page are not switched', () => {
  const all = family.services.map(({ name }) => name)
  const names = switchable(family)
  expect(all.filter(name => !names.includes(name))).toEqual([
    'sessions',
    'status',
    'rival-sessions',
    'rival-auth',
    'rival',
  ])
})
