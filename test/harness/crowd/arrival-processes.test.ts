import { describe, expect, test } from 'vitest'
import { type Arrivals, arrivalsProblem, newcomers } from '../../../harness/crowd/arrivals.ts'
import { createRandom } from '../../../harness/crowd/random.ts'

const interval = { from: 0, to: 40_000 }
const times = (arrivals: Arrivals, { seed = 1, perSecond = 25, dayShift = 0 } = {}) =>
  newcomers(interval, perSecond, createRandom(seed, 'newcomers'), { arrivals, dayShift })
const share = (found: readonly number[], from: number, to: number) =>
  found.filter(at => at >= from && at < to).length / found.length

describe('newcomers', () => {
  test('come at random moments of even slices, or by Poisson with its spread', () => {
    const perSecond = 10
    const countsOf = (arrivals: Arrivals) =>
      Array.from({ length: 40 }, (_, seed) => times(arrivals, { seed, perSecond })).flatMap(found =>
        Array.from(
          { length: 40 },
          (_, second) => found.filter(at => Math.floor(at / 1_000) === second).length,
        ),
      )
    const mean = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0) / counts.length
    const variance = (counts: readonly number[]) => mean(counts.map(count => (count - mean(counts)) ** 2))
    const [even, poisson] = [countsOf('constant'), countsOf('poisson')]
    expect(mean(even)).toBeCloseTo(perSecond, 0)
    expect(mean(poisson)).toBeCloseTo(perSecond, 0)
    // Of a Poisson process it is the mean.
    expect(variance(poisson) / mean(poisson)).toBeGreaterThan(0.8)
    expect(variance(poisson) / mean(poisson)).toBeLessThan(1.25)
    expect(variance(even) / mean(even)).toBeLessThan(0.2)
  })

  test('grow in number on a ramp', () => {
    const found = times({ ramp: { from: 0, to: 2 } })
    expect(found).toHaveLength(1_000)
    // Half of the time has a quarter of a triangle.
    expect(share(found, 0, 20_000)).toBeCloseTo(0.25, 1)
    expect(times({ ramp: { from: 0, to: 0 } })).toEqual([])
  })

  test('swing over a day, each region at its own time of it', () => {
    const noon = times({ diurnal: { swing: 0.9 } })
    const shifted = times({ diurnal: { swing: 0.9 } }, { dayShift: 0.5 })
    expect(share(noon, 0, 20_000)).toBeGreaterThan(0.7)
    expect(share(shifted, 0, 20_000)).toBeLessThan(0.3)
    expect(noon.length / times('constant').length).toBeCloseTo(1, 1)
  })

  test('are in order, within their interval, and the same for the same seed', () => {
    const all: Arrivals[] = ['constant', 'poisson', { ramp: { from: 1, to: 3 } }, { diurnal: { swing: 1 } }]
    for (const arrivals of all) {
      const found = times(arrivals)
      expect(found).toEqual(found.toSorted((a, b) => a - b))
      expect(found.every(at => at >= interval.from && at < interval.to)).toBe(true)
      expect(times(arrivals)).toEqual(found)
      expect(times(arrivals, { seed: 2 })).not.toEqual(found)
    }
  })
})

test.each<[unknown, RegExp | undefined]>([
  ['constant', undefined],
  [{ ramp: { from: 0, to: 5 } }, undefined],
  [{ diurnal: { swing: 1 } }, undefined],
  ['poison', /none of "constant"/],
  [{ ramp: { from: -1, to: 1 } }, /ramp from -1 to 1/],
  [{ ramp: { from: 1, to: 50 } }, /0 to 5/],
  [{ diurnal: { swing: 2 } }, /swing of 2/],
  [{ tides: {} }, /none of/],
  [null, /none of/],
])('%j', (arrivals, problem) => {
  const found = arrivalsProblem(arrivals as Arrivals)
  if (problem === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(problem)
})
