import { expect, test } from 'vitest'
import { beginsRequest } from '../../../harness/proxy/counters.ts'

test.each(['GET / HTTP/1.1', 'PUT /x', 'POST /', 'PATCH /', 'DELETE /', 'HEAD /', 'OPTIONS *', 'GET '])(
  '"%s" begins like a request',
  text => {
    expect(beginsRequest(Buffer.from(text))).toBe(true)
  },
)

test.each([
  '',
  'GE',
  'GET',
  'GETS /',
  'get /',
  'PATCHY /',
  'PATCH',
  'DELE',
  'DELEGATE /',
  'HTTP/1.1 200',
  ' GET /',
])('"%s" does not', text => {
  expect(beginsRequest(Buffer.from(text))).toBe(false)
})
