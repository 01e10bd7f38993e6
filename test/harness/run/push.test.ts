import { expect, test, vi } from 'vitest'
import type { Recorded } from '../../../harness/crowd/crowd.ts'
import { pushIfStuck } from '../../../harness/run/push.ts'
import { failing, feed, paced, usualFault } from '../outcome/build.ts'

const end = 12_000
const options = { regions: 'pooled' } as const

/** A crowd on a clock of its own: what it asks fails from the fault on, until `mendedBy` says that it does not. */
function crowd(mendedAt: number, { onlyByPush = false } = {}) {
  let now = end
  let isPushed = false
  const recorded: Recorded = { intents: [], sessions: [], deadSessionProbes: [] }
  const fill = () => {
    const until = onlyByPush && !isPushed ? Number.POSITIVE_INFINITY : mendedAt
    recorded.intents.splice(0, Infinity, ...paced(feed, failing(4_000, until), { until: now }))
  }
  fill()
  const pass = (ms: number) => {
    now += ms
    fill()
  }
  return {
    pass,
    crowd: {
      recorded,
      now: () => now,
      async takeLoadOff(ms: number) {
        isPushed = true
        pass(ms)
      },
    },
  }
}

async function pushed({ crowd: pushable, pass }: ReturnType<typeof crowd>) {
  const push = vi.fn(async () => {})
  vi.useFakeTimers()
  try {
    const result = pushIfStuck(pushable, { faults: [usualFault], end, options }, push)
    await vi.advanceTimersByTimeAsync(300)
    pass(6_000)
    await vi.advanceTimersByTimeAsync(60_000)
    return { result: await result, pushes: push.mock.calls.length }
  } finally {
    vi.useRealTimers()
  }
}

test('a stack that has come back is not pushed', async () => {
  expect(await pushed(crowd(9_000))).toEqual({ result: undefined, pushes: 0 })
})

test('one that comes back once load is taken off needed a push', async () => {
  expect(await pushed(crowd(15_000, { onlyByPush: true }))).toEqual({ result: true, pushes: 1 })
})

test('one that does not even then is stuck', async () => {
  expect(await pushed(crowd(Number.POSITIVE_INFINITY))).toEqual({ result: false, pushes: 1 })
})

test('without a fault there is nothing to come back from', async () => {
  const { crowd: pushable } = crowd(Number.POSITIVE_INFINITY)
  expect(await pushIfStuck(pushable, { faults: [], end, options }, async () => {})).toBeUndefined()
})
