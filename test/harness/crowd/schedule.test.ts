import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Recorder } from '../../../harness/crowd/recorder.ts'
import { Schedule } from '../../../harness/crowd/schedule.ts'

const who = { app: 'feed', surface: 'web', region: 'us', user: 'ann' } as const

function clock() {
  const zero = performance.now()
  return () => performance.now() - zero
}

describe('Schedule', () => {
  test('starts things in the order of their times, never before them, whatever the order they were added in', async () => {
    const schedule = new Schedule()
    const now = clock()
    const started: { at: number; now: number }[] = []
    const action = async (at: number) => void started.push({ at, now: now() })
    schedule.add([120, 30, 60], action)
    schedule.add([90, -10], action)
    schedule.start(now)
    await schedule.finished()
    expect(started.map(({ at }) => at)).toEqual([-10, 30, 60, 90, 120])
    for (const { at, now } of started) expect(now).toBeGreaterThanOrEqual(at)
  })

  test('does not wait: a slow one does not hold up the next', async () => {
    const schedule = new Schedule()
    const events: string[] = []
    schedule.add([0], async () => {
      await sleep(300)
      events.push('slow ended')
    })
    schedule.add([20, 40], async at => void events.push(`${at} started`))
    schedule.start(clock())
    await schedule.finished()
    expect(events).toEqual(['20 started', '40 started', 'slow ended'])
  })

  test('lets latency count from the intended start: a stall of the client is seen by all that waited in it', async () => {
    const schedule = new Schedule()
    const recorder = new Recorder()
    recorder.startClock(0)
    schedule.add([0, 50, 100, 150, 200, 250], at =>
      recorder.intent(who, 'browse', at, async () => {
        // What takes 300 ms is the first one only; but nobody else gets to begin meanwhile.
        if (at === 0) for (const end = performance.now() + 300; performance.now() < end; );
        return { result: 'served' }
      }),
    )
    schedule.start(() => recorder.now())
    await schedule.finished()
    const latencies = Object.fromEntries(recorder.intents.map(({ at, latencyMs }) => [at, latencyMs]))
    // Measured from when they began, five of these six would be about 0: coordinated omission.
    for (const at of [0, 50, 100, 150, 200]) expect(latencies[at]).toBeGreaterThanOrEqual(299 - at)
    expect(schedule.lagP99Ms).toBeGreaterThanOrEqual(249)
  })

  test('says how late it ran', async () => {
    const schedule = new Schedule()
    expect(schedule.lagP99Ms).toBe(0)
    schedule.add([-500], async () => {})
    schedule.start(clock())
    await schedule.finished()
    expect(schedule.lagP99Ms).toBeGreaterThanOrEqual(500)
  })

  test('finishes after the last one has ended, and at once without any', async () => {
    const schedule = new Schedule()
    let ended = false
    schedule.add([10], async () => {
      await sleep(80)
      ended = true
    })
    schedule.start(clock())
    await schedule.finished()
    expect(ended).toBe(true)
    const empty = new Schedule()
    empty.start(clock())
    await empty.finished()
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('first'))],
    [
      'throws',
      () => {
        throw new Error('first')
      },
    ],
  ])('hands on the first error of an action that %s, after starting the others', async (_, failing) => {
    const schedule = new Schedule()
    const started: number[] = []
    schedule.add([0, 10], failing)
    schedule.add([20], async at => {
      started.push(at)
      throw new Error('second')
    })
    schedule.start(clock())
    await expect(schedule.finished()).rejects.toThrow('first')
    expect(started).toEqual([20])
  })

  test('starts nothing more once stopped', async () => {
    const schedule = new Schedule()
    const started: number[] = []
    schedule.add([0, 100], async at => void started.push(at))
    schedule.start(clock())
    schedule.stop()
    await schedule.finished()
    await sleep(150)
    expect(started).toEqual([0])
  })
})
