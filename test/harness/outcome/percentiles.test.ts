import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { results } from '../../../harness/outcome/history.ts'
import { latenciesOf, noLatencies, percentile } from '../../../harness/outcome/percentiles.ts'
import { feed, intent } from './build.ts'

const of = (latencies: readonly number[]) =>
  latenciesOf(latencies.map(latencyMs => ({ ...intent(feed, 0), latencyMs })))
/** Three significant digits, kept and shown. */
const error = 0.006

describe('latenciesOf', () => {
  test('are the nearest rank, to three significant digits', () => {
    const { p50Ms, p90Ms, p99Ms, maxMs } = of(Array.from({ length: 1_000 }, (_, index) => index + 1))
    const expected = { p50Ms: 500, p90Ms: 900, p99Ms: 990, maxMs: 1_000 }
    for (const [name, found] of Object.entries({ p50Ms, p90Ms, p99Ms, maxMs })) {
      const wanted = expected[name as keyof typeof expected]
      expect(Math.abs((found ?? 0) - wanted) / wanted, name).toBeLessThanOrEqual(error)
    }
  })

  test('of nothing are null', () => {
    expect(of([])).toEqual(noLatencies)
    expect(latenciesOf([intent(feed, 0, 'timeout')])).toEqual(noLatencies)
  })

  test('keep a single long one, however many short ones there are', () => {
    const { p50Ms, p99Ms, maxMs } = of([...Array.from({ length: 9_999 }, () => 1), 2_500])
    expect([p50Ms, p99Ms]).toEqual([1, 1])
    expect(maxMs).toBe(2_500)
  })

  test('are within their error of the exact value, for any latencies', () => {
    const latency = fc.double({ min: 0.01, max: 100_000, noNaN: true })
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), latencies => {
        const sorted = latencies.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil(sorted.length * 0.5) - 1] ?? 0
        // Microseconds are the finest that is kept.
        return Math.abs((of(latencies).p50Ms ?? 0) - exact) <= error * exact + 0.001
      }),
    )
  })

  test('counts every result that came with an answer and no other', () => {
    const counted = results.filter(
      result => latenciesOf([{ ...intent(feed, 0, result), latencyMs: 5 }]).p50Ms === 5,
    )
    expect(counted).toEqual(['served', 'degraded', 'signed-out', 'refused', 'error'])
  })
})

describe('percentile', () => {
  test('is the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
    expect([0.5, 0.99, 1].map(share => percentile(hundred, share))).toEqual([50, 99, 100])
    expect(percentile([15, 20, 35, 40, 50], 0.3)).toBe(20)
  })

  test('of one value is that value, of none is null', () => {
    expect(percentile([7], 0.5)).toBe(7)
    expect(percentile([], 0.5)).toBeNull()
  })
})
