/** The measurement against truths that are known: each effect is reported within the error that is stated for it. */
import { describe, expect, test } from 'vitest'
import {
  closedLoopSlowShare,
  lateRecovery,
  type Row,
  severalAtOnce,
  stalledGenerator,
  staysDown,
  trueSlowShare,
} from '../planted/effects.ts'

const limitMs = 90_000

function expectWithin(rows: readonly Row[]): void {
  const wrong = rows.filter(
    ({ truth, reported, errorMax }) => !(Math.abs(reported - truth) <= errorMax + 1e-9),
  )
  expect(wrong).toEqual([])
  expect(rows.length).toBeGreaterThan(0)
}

describe('planted effects', () => {
  test(
    'are reported within their error: harm, logouts, latency, refusals, a pause, false accepts',
    async () => {
      expectWithin(await severalAtOnce())
    },
    limitMs,
  )

  test(
    'are reported within their error: recovery, containment, cuts, isolation',
    async () => {
      expectWithin(await lateRecovery())
    },
    limitMs,
  )

  test(
    'a stack that its own load keeps down needs a push, and one that is down for good is stuck',
    async () => {
      const [byItsLoad, forGood] = await Promise.all([
        staysDown({ byItsLoad: true }),
        staysDown({ byItsLoad: false }),
      ])
      expect(byItsLoad.outcome).toMatchObject({ metastable: true, recovery: 'pushed', timeToRecoverMs: null })

      expect(forGood.outcome).toMatchObject({ metastable: true, recovery: 'stuck', timeToRecoverMs: null })
    },
    limitMs,
  )

  test(
    'a stalled generator is seen, in its lag and in the latency from the intended start',
    async () => {
      const stalled = await stalledGenerator({ forMs: 900 })
      expect(stalled.scheduleLagMs).toBeGreaterThan(250)
      const late = stalled.history.intents.filter(({ latencyMs }) => latencyMs > 250)
      // Everything that was meant to begin in it but its last quarter of a second.
      expect(late.length).toBeGreaterThan(50 * 0.5)
      expect(stalled.outcome.harm({ app: 'feed' })).toBe(0)
    },
    limitMs,
  )

  test(
    'a closed loop would omit most of a pause',
    async () => {
      expect(await closedLoopSlowShare()).toBeLessThan(trueSlowShare / 3)
    },
    limitMs,
  )
})
