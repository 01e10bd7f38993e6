import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newcomers, visits } from '../../../harness/crowd/arrivals.ts'
import { createRandom } from '../../../harness/crowd/random.ts'

const anyRun = fc.record({
  seed: fc.nat(),
  from: fc.integer({ min: -5_000, max: 5_000 }),
  lengthMs: fc.integer({ min: 0, max: 20_000 }),
  periodMs: fc.integer({ min: 200, max: 5_000 }),
})

describe('visits', () => {
  test('come at least once in 1.2 periods, never sooner than after 0.8, within the interval', () => {
    fc.assert(
      fc.property(anyRun, ({ seed, from, lengthMs, periodMs }) => {
        const to = from + lengthMs
        const times = visits({ from, to }, periodMs, createRandom(seed, 'ann'))
        const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
        const slack = 1e-6
        const isWithin = times.every(time => time >= from && time < to)
        const isRegular = gaps.every(gap => gap >= 0.8 * periodMs - slack && gap <= 1.2 * periodMs + slack)
        // Nobody stays away at the beginning or at the end either.
        const isThereAtOnce = (times[0] ?? to) - from <= periodMs
        const isThereToTheEnd = to - (times.at(-1) ?? from) <= 1.2 * periodMs + slack
        return isWithin && isRegular && isThereAtOnce && isThereToTheEnd
      }),
    )
  })

  test('are the same for the same stream of numbers, and in another phase for another', () => {
    const interval = { from: 0, to: 10_000 }
    const of = (name: string) => visits(interval, 1_000, createRandom(7, name))
    expect(of('ann')).toEqual(of('ann'))
    expect(of('ann')[0]).not.toBe(of('bob')[0])
  })

  test('of a whole crowd are spread over the period from the first moment on', () => {
    const interval = { from: 0, to: 1_000 }
    const firsts = Array.from(
      { length: 500 },
      (_, user) => visits(interval, 1_000, createRandom(1, `${user}`))[0] ?? 0,
    )
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const inQuarter = firsts.filter(time => Math.floor(time / 250) === quarter)
      expect(inQuarter.length).toBeGreaterThan(500 / 4 / 2)
    }
  })
})

describe('newcomers', () => {
  test('come at their rate, each in a slot of its own, within the interval', () => {
    fc.assert(
      fc.property(anyRun, fc.integer({ min: 1, max: 20 }), ({ seed, from, lengthMs }, perSecond) => {
        const to = from + lengthMs
        const times = newcomers({ from, to }, perSecond, createRandom(seed, 'newcomers'))
        const gapMs = 1_000 / perSecond
        const isWithin = times.every(time => time >= from && time < to)
        const isSorted = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time))
        // All slots but a last one that the end cuts.
        const slots = lengthMs / gapMs
        return (
          isWithin &&
          isSorted &&
          times.length >= Math.floor(slots) - 1 &&
          times.length <= Math.ceil(slots) + 1
        )
      }),
    )
  })

  test('are the same for the same stream of numbers', () => {
    const of = (seed: number) => newcomers({ from: 0, to: 5_000 }, 4, createRandom(seed, 'newcomers'))
    expect(of(1)).toEqual(of(1))
    expect(of(1)).toHaveLength(20)
    expect(of(1)).not.toEqual(of(2))
  })

  test('do not come at a rate of 0', () => {
    expect(newcomers({ from: 0, to: 5_000 }, 0, createRandom(1, 'newcomers'))).toEqual([])
  })
})
