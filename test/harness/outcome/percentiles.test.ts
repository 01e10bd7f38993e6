import { describe, expect, test } from 'vitest'
import { results } from '../../../harness/outcome/history.ts'
import { latenciesOf, percentile } from '../../../harness/outcome/percentiles.ts'
import { feed, intent } from './build.ts'

describe('percentile', () => {
  test('is the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(percentile(hundred, 0.5)).toBe(50)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile(hundred, 1)).toBe(100)
    expect(percentile([15, 20, 35, 40, 50], 0.3)).toBe(20)
  })

  test('of one value is that value, of none is null', () => {
    expect(percentile([7], 0.5)).toBe(7)
    expect(percentile([7], 0.99)).toBe(7)
    expect(percentile([], 0.5)).toBeNull()
  })
})

describe('latenciesOf', () => {
  test('sorts by number, not by text', () => {
    const intents = [100, 9, 20].map(latencyMs => ({ ...intent(feed, 0), latencyMs }))
    expect(latenciesOf(intents)).toEqual({ p50Ms: 20, p99Ms: 100 })
  })

  test('counts every result that came with an answer and no other', () => {
    const counted = results.filter(
      result => latenciesOf([{ ...intent(feed, 0, result), latencyMs: 5 }]).p50Ms === 5,
    )
    expect(counted).toEqual(['served', 'degraded', 'signed-out', 'refused', 'error'])
  })
})
