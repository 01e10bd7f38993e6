import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../harness/errors.ts'
import { watchAbort } from '../../../harness/run/abort-watch.ts'
import { CutShort } from '../../../harness/run/cut-short.ts'
import type { LiveMeasures } from '../../../harness/run/live-measures.ts'

const schedule = [
  { fromMs: 1_000, toMs: 2_000, fault: {} as never },
  { fromMs: 3_000, toMs: 4_000, fault: {} as never },
]

/** Watches for a while, at one moment of the timeline. */
async function watched(abortWhen: unknown, nowMs = 1_500): Promise<{ reason: unknown; asked: number }> {
  let asked = 0
  const counting = (live: LiveMeasures) => {
    asked += 1
    return (abortWhen as (live: LiveMeasures) => boolean)(live)
  }
  const live = { nowMs } as LiveMeasures
  using watch = watchAbort({ abortWhen: counting, schedule }, live, 10)
  await sleep(100)
  return { reason: watch.signal.aborted ? watch.signal.reason : undefined, asked }
}

describe('watchAbort', () => {
  test('goes on asking while the answer is no', async () => {
    const { reason, asked } = await watched(() => false)
    expect(reason).toBeUndefined()
    expect(asked).toBeGreaterThan(1)
  })

  test.each([
    [true, 'aborted at 1500 ms: its abortWhen says so'],
    ['the control app is harmed', 'aborted at 1500 ms: the control app is harmed'],
  ])('aborts once on %j', async (answer, message) => {
    const { reason, asked } = await watched(() => answer)
    expect(reason).toBeInstanceOf(CutShort)
    expect(reason).toHaveProperty('message', message)
    expect(asked).toBe(1)
  })

  test('asks from the first fault to the end of the last one', async () => {
    expect((await watched(() => true, 999)).asked).toBe(0)
    expect((await watched(() => true, 2_500)).asked).toBe(1)
    expect((await watched(() => true, 4_001)).asked).toBe(0)
  })

  test.each([
    ['throws', () => JSON.parse('{'), /^abortWhen: /],
    ['is asynchronous', async () => true, /^abortWhen gave a promise; it gives true, false, or a reason/],
    ['gives nothing', () => undefined, /^abortWhen gave undefined/],
    ['gives an empty reason', () => ' ', /^abortWhen gave " "/],
  ])('says so where it %s', async (_, abortWhen, message) => {
    const { reason } = await watched(abortWhen)
    expect(reason).toBeInstanceOf(ScenarioError)
    expect((reason as Error).message).toMatch(message)
  })

  test('asks nobody where there is nobody to ask', async () => {
    using watch = watchAbort({ schedule }, { nowMs: 1_500 } as LiveMeasures, 10)
    await sleep(50)
    expect(watch.signal.aborted).toBe(false)
  })
})
