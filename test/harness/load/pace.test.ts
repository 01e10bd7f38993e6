import { describe, expect, test } from 'vitest'
import { Pace } from '../../../harness/load/pace.ts'

/** How many may begin at each of these moments. */
function taken(perSecond: number, moments: readonly number[]): number[] {
  let now = 0
  const pace = new Pace(perSecond, () => now)
  return moments.map(moment => {
    now = moment
    let count = 0
    while (pace.take()) count += 1
    return count
  })
}

describe('Pace', () => {
  test('lets begin so many a second', () => {
    const everyTenth = Array.from({ length: 100 }, (_, index) => (index + 1) * 10)
    const sum = taken(100, everyTenth).reduce((total, count) => total + count, 0)
    expect(sum).toBeGreaterThanOrEqual(99)
    expect(sum).toBeLessThanOrEqual(100)
  })

  test('lets nothing begin before its time', () => {
    expect(taken(10, [0, 50, 99])).toEqual([0, 0, 0])
    expect(taken(10, [101])).toEqual([1])
  })

  test('leaves out what a machine did not get to, but for 50 ms of it', () => {
    expect(taken(1_000, [10_000])).toEqual([50])
    // However slow, one.
    expect(taken(2, [60_000])).toEqual([1])
  })
})
