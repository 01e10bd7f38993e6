import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../harness/faults/fault.ts'
import { featuresOf, whyNotRunnable } from '../../../harness/run/runnable.ts'

function scenarioOf(...faults: Partial<Fault>[]) {
  const usual = { kind: 'odd', runtimes: { containers: 'real', processes: 'real' }, needs: [] } as const
  return { schedule: faults.map(fault => ({ fromMs: 0, toMs: 1, fault: { ...usual, ...fault } as Fault })) }
}

describe('featuresOf', () => {
  test('gives the parts that a stack is started with, each once and in one order', () => {
    expect(featuresOf(scenarioOf())).toEqual([])
    const both = scenarioOf({ needs: ['tls'] }, { needs: ['replica', 'tls'] }, { needs: ['http-toxics'] })
    expect(featuresOf(both)).toEqual(['replica', 'tls'])
  })
})

describe('whyNotRunnable', () => {
  const here = { runtime: 'processes', toxiproxyImage: undefined } as const
  const there = { runtime: 'containers', toxiproxyImage: 'toxiproxy:2.12' } as const

  test('says nothing where all can be done, imitated or not', () => {
    expect(whyNotRunnable(scenarioOf(), here)).toBeUndefined()
    expect(whyNotRunnable(scenarioOf({ runtimes: { processes: 'imitated' } }), here)).toBeUndefined()
    expect(whyNotRunnable(scenarioOf({}), there)).toBeUndefined()
  })

  test('names a fault that the runtime lacks, and where it can be had', () => {
    const fault: Partial<Fault> = { kind: 'cpu-limit', runtimes: { containers: 'real' } }
    expect(whyNotRunnable(scenarioOf({}, fault, fault), here)).toBe(
      'cpu-limit cannot be injected on processes, only on containers',
    )
  })

  test('names a fault that another proxy cannot do', () => {
    const fault: Partial<Fault> = { kind: 'http-status', needs: ['http-toxics'] }
    expect(whyNotRunnable(scenarioOf(fault), there)).toBe(
      "http-status needs the project's own fault proxy, and FIREBREAK_TOXIPROXY_IMAGE names toxiproxy:2.12",
    )
    // Processes have our own, whatever the variable says.
    expect(whyNotRunnable(scenarioOf(fault), { ...there, runtime: 'processes' })).toBeUndefined()
    expect(whyNotRunnable(scenarioOf(fault), { ...there, toxiproxyImage: '' })).toBeUndefined()
  })
})
