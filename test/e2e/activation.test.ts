/**
 * Every fault on every runtime: on a real stack its effect is seen by somebody who knows nothing of it while it is on, it
 * brings evidence, and after its undo the effect is gone and the stack is as it was.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogue } from '../../harness/faults/catalogue.ts'
import { HealCheck } from '../../harness/run/heal-check.ts'
import type { RealRuntime } from '../../harness/stack/driver.ts'
import { activations } from './activations.ts'
import { describeOnRuntimes } from './containers-support.ts'
import type { Activation, Sight } from './sights.ts'
import { SmallStack } from './small-stack.ts'

/** How long an effect may take to be seen, and to be gone, ms. */
const seenMsMax = 45_000

/** Looks until it is as it should be; fails with the last that it saw. */
async function expectSight(look: () => Promise<Sight>, isOn: boolean): Promise<void> {
  for (const end = Date.now() + seenMsMax; ; ) {
    const sight = await look()
    if (sight.isOn === isOn) return
    if (Date.now() > end) expect.fail(`${isOn ? 'no effect is seen' : 'an effect is seen'}: ${sight.saw}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function isSeenAndGone(small: SmallStack, { fault, watch, isWell }: Activation): Promise<void> {
  const { stack } = small
  expect(fault.problems(stack.topology)).toEqual([])
  const healCheck = await HealCheck.before(stack)
  const look = await watch(small)
  await expectSight(look, false)
  const injected = await fault.inject(stack)
  try {
    await expectSight(look, true)
    expect(await injected.evidence()).not.toEqual([])
  } finally {
    await injected.undo()
  }
  // Idempotent.
  await injected.undo()
  await expectSight(isWell ? () => isWell(small) : look, false)
  const on = { name: fault.kind, fault, injected, from: 0 }
  expect(await healCheck.heal([on])).toEqual([])
  expect((await small.signIn()).result).toBe('served')
}

const titleOf = ({ fault: { kind }, variant }: Activation) => (variant ? `${kind}, ${variant}` : kind)

describe('every fault is seen while it is on, and gone after its undo', () => {
  test('none is left out', () => {
    expect([...new Set(activations.map(({ fault }) => fault.kind))].toSorted()).toEqual(
      catalogue.map(({ kind }) => kind).toSorted(),
    )
  })

  describeOnRuntimes(
    runtime => {
      const groups = Map.groupBy(activations, ({ features = [] }) => features.join())
      describe.each([...groups])('with the features "%s"', (_features, group) => {
        activationTests(runtime, group)
      })
    },
    { containers: 'in-full' },
  )
})

/** One stack for all of them: each leaves it as it was. */
function activationTests(runtime: RealRuntime, group: readonly Activation[]): void {
  let small: SmallStack
  beforeAll(async () => {
    small = await SmallStack.start(runtime, { features: group[0]?.features ?? [] })
  })
  afterAll(async () => {
    await small?.[Symbol.asyncDispose]()
  })
  for (const activation of group) test(titleOf(activation), () => isSeenAndGone(small, activation))
}
