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
