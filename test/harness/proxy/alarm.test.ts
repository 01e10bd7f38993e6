import { expect, test } from 'vitest'
import { Alarm } from '../../../harness/proxy/alarm.ts'
import { sleep } from './support.ts'

test('never rings early', async () => {
  const early: number[] = []
  const alarms = Array.from({ length: 2_000 }, (_, index) => {
    const dueAt = performance.now() + 1 + index * 0.137
    return new Promise<void>(resolve => {
      const alarm = new Alarm(() => {
        if (performance.now() < dueAt) early.push(dueAt - performance.now())
        resolve()
      })
      alarm.set(dueAt)
    })
  })
  await Promise.all(alarms)
  expect(early).toEqual([])
})

test('rings once, at the moment that was set last', async () => {
  const startedAt = performance.now()
  const rings: number[] = []
  const alarm = new Alarm(() => rings.push(performance.now() - startedAt))
  alarm.set(startedAt + 10)
  alarm.set(startedAt + 60)
  await expect.poll(() => rings.length).toBe(1)
  await sleep(100)
  expect(rings).toHaveLength(1)
  expect(rings[0]).toBeGreaterThanOrEqual(60)
})

test.each([
  ['once cleared', 20, true],
  ['before a moment further off than any timer reaches', 2 ** 40, false],
])('does not ring %s', async (_title, waitMs, cleared) => {
  let rang = false
  const alarm = new Alarm(() => {
    rang = true
  })
  alarm.set(performance.now() + waitMs)
  if (cleared) alarm.clear()
  await sleep(60)
  expect(rang).toBe(false)
  alarm.clear()
})

test('one that has rung may clear another that is due with it, or set itself again', async () => {
  const rings: string[] = []
  const dueAt = performance.now() + 5
  const first = new Alarm(() => {
    rings.push('first')
    second.clear()
    if (rings.length < 3) first.set(performance.now())
  })
  const second = new Alarm(() => rings.push('second'))
  first.set(dueAt)
  second.set(dueAt + 0.01)
  while (performance.now() < dueAt + 1) {
    // Both are due by the time that either can ring.
  }
  await sleep(30)
  expect(rings).toEqual(['first', 'first', 'first'])
})

test('lets others have their turn, even when it is due again at once, every time', async () => {
  let rings = 0
  let othersTurns = 0
  const alarm = new Alarm(() => {
    rings += 1
    // Were it to ring without end in one turn, no time limit of the test could ever pass.
    if (rings < 1_000) alarm.set(0)
  })
  alarm.set(0)
  while (rings < 100) {
    await new Promise(setImmediate)
    othersTurns += 1
  }
  expect(othersTurns).toBeGreaterThanOrEqual(99)
  expect(othersTurns).toBeLessThanOrEqual(101)
})
