import { describe, expect, test } from 'vitest'
import { isUnavailable } from '../../../services/auth/store-postgres-errors.ts'

const coded = (code: string) => Object.assign(new Error('whatever it says'), { code })

describe('a database error means "unavailable"', () => {
  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENOTFOUND',
    'EINVAL',
    '08006',
    '53300',
    '57P01',
    '57P03',
    '57014',
    '25006',
  ])('with code %s', code => {
    expect(isUnavailable(coded(code))).toBe(true)
  })

  test.each([
    'timeout exceeded when trying to connect',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ])('with the message "%s"', message => {
    expect(isUnavailable(new Error(message))).toBe(true)
  })

  test('when every address of a host failed', () => {
    expect(isUnavailable(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]))).toBe(true)
    expect(isUnavailable(new AggregateError([coded('ECONNREFUSED'), coded('23505')]))).toBe(false)
    expect(isUnavailable(new AggregateError([]))).toBe(false)
  })
})

describe('a database error does not mean "unavailable"', () => {
  test.each(['23505', '42P01', '22P02', '28P01', 'ERR_INVALID_ARG_TYPE'])('with code %s', code => {
    expect(isUnavailable(coded(code))).toBe(false)
  })

  test.each([new Error('something else'), new TypeError('x is not a function'), 'text', undefined])(
    'when it is %s',
    thrown => {
      expect(isUnavailable(thrown)).toBe(false)
    },
  )
})
