/** Who counts as ahead, at which moment, and who comes in time. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WaitingLine } from '../../../services/app/waiting-line.ts'

const start = 1_790_000_000_000

beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test.each<[number, string, { waiting: number; due: number }]>([
  [0, 'away', { waiting: 1, due: 0 }],
  [999, 'away', { waiting: 1, due: 0 }],
  [1_000, 'due', { waiting: 1, due: 1 }],
  [1_250, 'due', { waiting: 1, due: 1 }],
  [1_251, 'overdue, and holds up nobody who is here', { waiting: 1, due: 0 }],
  [2_000, 'overdue', { waiting: 1, due: 0 }],
  [2_001, 'late, and counts no more', { waiting: 0, due: 0 }],
])('%i ms after being told to be back in a second, one is %s', (atMs, _what, expected) => {
  const line = new WaitingLine()
  line.hold(1, 1_000)
  vi.setSystemTime(start + atMs)
  expect(line.ahead(2)).toEqual(expected)
  expect(line.ahead(1)).toEqual({ waiting: 0, due: 0 })
})

test.each<[number, boolean]>([
  [0, true],
  [1_499, true],
  [1_500, false],
  [2_400, false],
  [60_000, false],
])('%i ms after being told two seconds, coming is too soon: %s', (atMs, expected) => {
  const line = new WaitingLine()
  line.hold(1, 2_000)
  vi.setSystemTime(start + atMs)
  expect(line.isTooSoon(1)).toBe(expected)
})

test('who comes too soon keeps the time told, and who comes in time is told anew', () => {
  const line = new WaitingLine()
  expect(line.hold(1, 2_000)).toBe(2_000)
  vi.setSystemTime(start + 1_400)
  expect(line.hold(1, 1_000)).toBe(600)
  vi.setSystemTime(start + 1_600)
  expect(line.hold(1, 1_000)).toBe(1_000)
})

test('a place is given up five seconds after its time, and a full line holds the lowest numbers', () => {
  const line = new WaitingLine({ max: 2 })
  for (const number of [5, 3, 4]) line.hold(number, 1_000)
  expect(line.ahead(9)).toEqual({ waiting: 2, due: 0 })
  expect([line.isTooSoon(3), line.isTooSoon(4), line.isTooSoon(5)]).toEqual([true, true, false])
  vi.setSystemTime(start + 6_001)
  line.ahead(9)
  line.hold(5, 1_000)
  expect(line.ahead(9).waiting).toBe(1)
})
