import { expect, test } from 'vitest'
import { crowdStackOf } from '../../../harness/crowd/operator.ts'
import { familyCrowd } from '../../../harness/crowd/population.ts'
import { latency } from '../../../harness/faults/network/index.ts'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import { simulate } from '../../../harness/stack/simulation/simulate.ts'

test('a replica that is a moment behind throws nobody out before the run', async () => {
  const architecture = architectureOf('shared-fate')
  const signedIn = await simulate({ architecture, seed: 1, features: ['replica'] }, async stack => {
    const behind = latency({ link: 'sessions-replica -> sessions', latencyMs: 100 })
    await behind.inject(stack)
    // Devices look while they sign in.
    const groups = familyCrowd.filter(({ client }) => client !== 'device')
    const options = { groups, seed: 1, run: 'run', timelineMs: 1_000, afterMs: 0 }
    await using crowd = stack.crowd?.({ ...options, stack: crowdStackOf(stack) })
    await crowd?.warmUp()
    await crowd?.start()
    return (await crowd?.finish({ early: true }))?.sessions.filter(({ type }) => type === 'forced-out')
  })
  expect(signedIn).toEqual([])
}, 60_000)
