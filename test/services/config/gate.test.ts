import { describe, expect, test } from 'vitest'
import { gateOf, sumOf } from '../../../services/config/gate.ts'

const settings = { badShareRiseMax: 0.1, answersMin: 5 }
const counts = (good: number, bad: number) => ({ good, bad })

describe('gateOf', () => {
  test.each([
    ['as before', counts(100, 0), counts(10, 0), 'green'],
    ['within the tolerance', counts(100, 0), counts(18, 2), 'green'],
    ['worse', counts(100, 0), counts(17, 3), 'red'],
    ['everyone signed out', counts(100, 0), counts(0, 5), 'red'],
    ['bad before and as bad now', counts(50, 50), counts(11, 9), 'green'],
    ['bad before and worse now', counts(50, 50), counts(3, 7), 'red'],
    ['bad before and better now', counts(0, 100), counts(9, 1), 'green'],
    ['nothing before, good now', counts(0, 0), counts(5, 0), 'green'],
    ['nothing before, bad now', counts(0, 0), counts(4, 1), 'red'],
    ['too few answers', counts(10, 0), counts(0, 4), 'too-early'],
    ['nothing at all', counts(0, 0), counts(0, 0), 'too-early'],
    ['plenty before, hardly any now', counts(25, 0), counts(4, 0), 'dry'],
  ])('%s', (_, before, since, verdict) => {
    expect(gateOf(before, since, settings)).toBe(verdict)
  })
})

test('counts add up', () => {
  expect(sumOf([])).toEqual(counts(0, 0))
  expect(sumOf([counts(1, 2), counts(3, 4)])).toEqual(counts(4, 6))
})
