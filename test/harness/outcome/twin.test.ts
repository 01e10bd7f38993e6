import { expect, test } from 'vitest'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { twinOf } from '../../../harness/outcome/twin.ts'
import { failing, feed, history, paced, rival, session, usualFault } from './build.ts'

const faults = [usualFault]
const options = {}

test('a twin takes its own noise off the effect, segment by segment, most affected first', () => {
  // Half of feed fails by the fault; a tenth of it would have failed anyway.
  const run = history({
    intents: [...paced(feed, failing(4_000, 6_000)), ...paced(rival)],
    sessions: session('s', 0, { at: 4_500, type: 'forced-out' }),
  })
  const calm = history({
    intents: [...paced(feed, failing(5_000, 5_400)), ...paced(rival)],
    sessions: session('s', 0),
    faults: [],
  })
  const twin = twinOf(computeOutcome(run, []), calm, { faults, scope: [], options })
  expect(twin.isolation).toBeCloseTo(0.95)
  expect(twin.effect.isolation).toBeCloseTo(0.2)
  expect([twin.forcedLogouts, twin.effect.forcedLogouts]).toEqual([0, 1])
  expect(twin.effect.segments).toMatchObject([
    { app: 'feed', harm: 0.5, twinHarm: expect.closeTo(0.1), effect: expect.closeTo(0.4) },
    { app: 'rival', effect: 0 },
  ])
})

test('a run is no effect beside itself', () => {
  const run = history({ intents: paced(feed, failing(4_000, 6_000)) })
  const { effect } = twinOf(computeOutcome(run, []), { ...run, faults: [] }, { faults, scope: [], options })
  expect(effect).toMatchObject({ isolation: 0, forcedLogouts: 0, segments: [{ effect: 0 }] })
})
