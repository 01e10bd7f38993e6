import { expect, test } from 'vitest'
import { architectureOf } from '../../../../harness/stack/architectures.ts'
import type { SimulationJob } from '../../../../harness/stack/simulation/job.ts'
import { Simulator, simulateAll } from '../../../../harness/stack/simulation/workers.ts'

const job = (scenario: string, seed = 1): SimulationJob => ({
  ...{ scenario, seed, twin: false },
  architecture: architectureOf('hardened'),
})

test('threads stay, and runs come in the order of their jobs, whichever ends first', async () => {
  await using simulator = new Simulator(1)
  const order: number[] = []
  const runs = await simulateAll([job('calm'), job('nope'), job('calm')], {
    simulator,
    done: (_, index) => order.push(index),
  })
  expect(runs.map(({ run }) => [run.scenario, run.verdict])).toEqual([
    ['calm', 'held'],
    ['nope', 'error'],
    ['calm', 'held'],
  ])
  expect(order).toEqual([0, 1, 2])
  const [first, , last] = runs
  expect(last?.run.outcome).toEqual(first?.run.outcome)
  expect((await simulator.run(job('nope'))).run.reasons).toEqual(['no scenario nope'])
}, 60_000)
