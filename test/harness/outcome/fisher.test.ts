import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fisherExact } from '../../../harness/outcome/fisher.ts'

const table = fc
  .integer({ min: 1, max: 60 })
  .chain(of => fc.record({ of: fc.constant(of), good: fc.integer({ min: 0, max: of }) }))

describe('fisherExact', () => {
  test('gives what tables of the test give', () => {
    // The lady tasting tea; two-sided.
    expect(fisherExact({ of: 4, good: 3 }, { of: 4, good: 1 })).toBeCloseTo(0.4857, 4)
    expect(fisherExact({ of: 10, good: 10 }, { of: 10, good: 0 })).toBeCloseTo(1.0825e-5, 8)
    expect(fisherExact({ of: 12, good: 1 }, { of: 12, good: 9 })).toBeCloseTo(0.00276, 4)
  })

  test('is 1 for the same, and the same either way', () => {
    fc.assert(
      fc.property(table, table, (a, b) => {
        expect(fisherExact(a, a)).toBeCloseTo(1, 9)
        expect(fisherExact(a, b)).toBeCloseTo(fisherExact(b, a), 9)
        expect(fisherExact(a, b)).toBeGreaterThan(0)
        expect(fisherExact(a, b)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
