import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../harness/crowd/random.ts'

const draws = (seed: number, stream: string, count: number) => {
  const random = createRandom(seed, stream)
  return Array.from({ length: count }, () => random())
}

/** How far counts are from equal ones, as chi square; about as large as their number if they are even. */
function unevenness(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

function countedInto(cells: number, places: readonly number[]): number[] {
  const counts = new Array<number>(cells).fill(0)
  for (const place of places) counts[place] = (counts[place] ?? 0) + 1
  return counts
}

describe('createRandom', () => {
  test('gives the same numbers for the same seed and stream, in [0, 1)', () => {
    expect(draws(42, 'ann', 100)).toEqual(draws(42, 'ann', 100))
    for (const number of draws(42, 'ann', 1_000)) {
      expect(number).toBeGreaterThanOrEqual(0)
      expect(number).toBeLessThan(1)
    }
  })

  test('gives others for another seed or stream', () => {
    expect(draws(42, 'ann', 10)).not.toEqual(draws(43, 'ann', 10))
    expect(draws(42, 'ann', 10)).not.toEqual(draws(42, 'bob', 10))
    expect(draws(4, '2 ann', 10)).not.toEqual(draws(42, ' ann', 10))
  })

  // The limits are those of one run in ten thousand, for 19 and 99 degrees of freedom. Seeds are fixed: no chance here.
  test.each([0, 1, 42, 2 ** 31 - 1])('begins 1000 streams of seed %i evenly', seed => {
    const first = Array.from({ length: 1_000 }, (_, index) => draws(seed, `user-${index}`, 1)[0] ?? 0)
    const counts = countedInto(
      20,
      first.map(number => Math.floor(number * 20)),
    )
    expect(unevenness(counts)).toBeLessThan(51)
  })

  test('begins streams so that their second number does not follow from their first', () => {
    const pairs = Array.from({ length: 5_000 }, (_, index) => draws(42, `user-${index}`, 2))
    const places = pairs.map(([a = 0, b = 0]) => Math.floor(a * 10) * 10 + Math.floor(b * 10))
    expect(unevenness(countedInto(100, places))).toBeLessThan(161)
  })

  test('begins one stream under seeds next to each other evenly', () => {
    const first = Array.from({ length: 1_000 }, (_, seed) => draws(seed, 'feed-web-us-resident-0', 1)[0] ?? 0)
    expect(
      unevenness(
        countedInto(
          20,
          first.map(number => Math.floor(number * 20)),
        ),
      ),
    ).toBeLessThan(51)
  })
})
