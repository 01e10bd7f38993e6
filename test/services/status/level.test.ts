import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assess, type Level, levels, type Standing, settle, worse } from '../../../services/status/level.ts'

const calm = 'no known issues'
const some = 'some disruptions'
const high = 'high disruptions'

describe('the level of a product', () => {
  test.each<
    [Level, string, { bad?: number; slow?: number; total?: number; recent?: number; usual?: number }]
  >([
    [calm, 'before anything is known', { total: 0 }],
    [calm, 'while all looks are good', {}],
    [calm, 'after one failed look', { bad: 1 }],
    [calm, 'after one failed look of one', { bad: 1, total: 1 }],
    [some, 'after two failed looks', { bad: 2 }],
    [some, 'after three failed looks', { bad: 3 }],
    [high, 'after half of the looks failed', { bad: 4 }],
    [high, 'after two failed looks of two', { bad: 2, total: 2 }],
    [calm, 'after three slow looks', { slow: 3 }],
    [some, 'after half of the looks were slow', { slow: 4 }],
    [some, 'when all are slow', { slow: 8 }],
    [some, 'after slow and failed looks together', { slow: 3, bad: 1 }],
    [calm, 'at four reports', { recent: 4 }],
    [some, 'at five reports where none are usual', { recent: 5 }],
    [calm, 'at five reports where two are usual', { recent: 5, usual: 2 }],
    [some, 'at three times the usual', { recent: 30, usual: 10 }],
    [calm, 'at less than three times the usual', { recent: 29, usual: 10 }],
    [some, 'at fourteen reports', { recent: 14 }],
    [high, 'at fifteen reports where none are usual', { recent: 15 }],
    [some, 'at fifteen reports where two are usual', { recent: 15, usual: 2 }],
    [high, 'by reports alone, whatever the looks say', { recent: 100, usual: 1 }],
    [high, 'by looks alone, whatever the reports say', { bad: 8 }],
  ])('is %s %s', (level, _, { bad = 0, slow = 0, total = 8, recent = 0, usual = 0 }) => {
    expect(assess({ probes: { bad, slow, total }, reports: { recent, usual } }).level).toBe(level)
  })

  test('comes with its reasons', () => {
    const signs = { probes: { bad: 2, slow: 1, total: 8 }, reports: { recent: 20, usual: 1 } }
    expect(assess(signs).reasons).toEqual([
      'of the last 8 checks 2 failed, 1 were slow',
      '20 reports by users, where 1 are usual',
    ])
    const calmSigns = { probes: { bad: 0, slow: 0, total: 8 }, reports: { recent: 1, usual: 0 } }
    expect(assess(calmSigns).reasons).toEqual([])
  })
})

describe('a level over time', () => {
  const quietMs = 6_000
  const start: Standing = { level: calm, since: 0, lastSeen: {} }
  const over = (...signs: [number, Level][]) =>
    signs.reduce((standing, [now, level]) => settle(standing, level, now, quietMs), start)

  test('rises at once', () => {
    expect(over([1_000, some])).toMatchObject({ level: some, since: 1_000 })
    expect(over([1_000, some], [1_500, high])).toMatchObject({ level: high, since: 1_500 })
  })

  test('falls only after a quiet while, and not on a short one', () => {
    expect(over([0, high], [1_000, calm], [5_999, calm])).toMatchObject({ level: high, since: 0 })
    expect(over([0, high], [1_000, calm], [6_000, calm])).toMatchObject({ level: calm, since: 6_000 })
    expect(over([0, high], [5_000, calm], [5_500, high], [11_000, calm]).level).toBe(high)
  })

  test('falls to the worst of the quiet while, step by step', () => {
    expect(over([0, high], [3_000, some], [4_000, calm], [6_000, calm])).toMatchObject({ level: some })
    expect(over([0, high], [3_000, some], [4_000, calm], [6_000, calm], [9_000, calm]).level).toBe(calm)
  })

  test('is never better than the signs, nor worse than what they were within the quiet while', () => {
    const sign = fc.tuple(fc.integer({ min: 1, max: 4_000 }), fc.constantFrom(...levels))
    fc.assert(
      fc.property(fc.array(sign, { minLength: 1 }), steps => {
        let standing = start
        let now = 0
        const seen: { now: number; signs: Level }[] = []
        for (const [wait, signs] of steps) {
          now += wait
          seen.push({ now, signs })
          standing = settle(standing, signs, now, quietMs)
          const recent = seen.filter(each => now - each.now < quietMs).map(each => each.signs)
          expect(standing.level).toBe(recent.reduce(worse))
        }
      }),
    )
  })
})
