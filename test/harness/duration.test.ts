import { describe, expect, test } from 'vitest'
import { toMs } from '../../harness/duration.ts'
import { UsageError } from '../../harness/errors.ts'

describe('toMs', () => {
  test.each([
    ['250ms', 250],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['0s', 0],
    ['0.25m', 15_000],
  ])('reads %s', (text, ms) => {
    expect(toMs(text)).toBe(ms)
  })

  test.each(['', '5', 'ms', '5 s', ' 5s', '5s\n', '1e3ms', '.5s', '5h', '5S', 'NaNs', 'undefined'])(
    'refuses %j, naming it',
    text => {
      expect(() => toMs(text)).toThrow(UsageError)
      expect(() => toMs(text)).toThrow(`"${text}" is not a duration`)
    },
  )

  test('refuses a negative length', () => {
    expect(() => toMs('-1s')).toThrow(new UsageError('"-1s" is negative'))
  })
})
