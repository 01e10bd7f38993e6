import { describe, expect, test } from 'vitest'
import { chanceOf, gateOf, sumOf } from '../../../services/config/gate.ts'

const settings = { badShareRiseMax: 0.1, answersMin: 5 }
const counts = (good: number, bad: number) => ({ good, bad })

describe('gateOf', () => {
  test.each([
    ['as before', counts(100, 0), counts(10, 0), 'green'],
    ['within the tolerance', counts(100, 0), counts(18, 2), 'green'],
    ['worse', counts(100, 0), counts(17, 3), 'red'],
    ['everyone signed out', counts(100, 0), counts(0, 5), 'red'],
    ['bad before and as bad now', counts(50, 50), counts(11, 9), 'green'],
    ['bad before and worse now', counts(50, 50), counts(4, 36), 'red'],
    ['bad before, and worse now by what may be chance', counts(50, 50), counts(3, 7), 'green'],
    ['two bad ones of the first eight, where some always are', counts(350, 22), counts(6, 2), 'green'],
    ['half of the first eight, where some always are', counts(350, 22), counts(4, 4), 'green'],
    ['more than half of the first ten, where some always are', counts(350, 22), counts(4, 6), 'red'],
    ['half of them in a bad moment, where one of six always is', counts(141, 26), counts(10, 9), 'green'],
    ['bad before and better now', counts(0, 100), counts(9, 1), 'green'],
    ['nothing before, good now', counts(0, 0), counts(5, 0), 'green'],
    ['nothing before, one bad now', counts(0, 0), counts(4, 1), 'green'],
    ['nothing before, bad now', counts(0, 0), counts(3, 3), 'red'],
    ['too few answers', counts(10, 0), counts(0, 4), 'too-early'],
    ['nothing at all', counts(0, 0), counts(0, 0), 'too-early'],
    ['plenty before, hardly any now', counts(25, 0), counts(4, 0), 'dry'],
  ])('%s', (_, before, since, verdict) => {
    expect(gateOf(before, since, settings)).toBe(verdict)
  })
})

test.each([
  [counts(4, 0), 0.5, 1],
  [counts(0, 4), 0.5, 1 / 16],
  [counts(2, 2), 0.5, 11 / 16],
  [counts(6, 2), 0.06, 0.079],
  [counts(0, 5), 0.001, 1e-15],
])('the chance of %j at a share of %d is %d', (count, share, chance) => {
  expect(chanceOf(count, share)).toBeCloseTo(chance, 3)
})

test('a change that does nothing is hardly ever taken back, however often it is looked at', () => {
  let state = 7
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const rollouts = 300
  const alarms = Array.from({ length: rollouts }, () => {
    const since = counts(0, 0)
    return Array.from({ length: 60 }, () => {
      if (random() < 0.06) since.bad += 1
      else since.good += 1
      return gateOf(counts(350, 22), since, settings)
    }).includes('red')
  }).filter(Boolean).length
  expect(alarms / rollouts).toBeLessThan(0.005)
})

test('counts add up', () => {
  expect(sumOf([])).toEqual(counts(0, 0))
  expect(sumOf([counts(1, 2), counts(3, 4)])).toEqual(counts(4, 6))
})
