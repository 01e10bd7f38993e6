import { expect, test } from 'vitest'
import {
  JsonError,
  JsonNumber,
  readJson,
  writeJson,
  writeJsonObject,
} from '../../../harness/proxy/go-json.ts'

test.each([
  ['null', null],
  [' true ', true],
  ['"a\\u00e9\\n"', 'aé\n'],
  ['-1.50e+3', new JsonNumber('-1.50e+3')],
  ['[]', []],
  ['[1,[false]]x', [new JsonNumber('1'), [false]]],
  ['{}', new Map()],
  [
    '{"__proto__": {"A":"b"}, "A":null}',
    new Map<string, unknown>([
      ['__proto__', new Map([['A', 'b']])],
      ['A', null],
    ]),
  ],
  ['01', new JsonNumber('0')],
])('reads the first value of %s', (text, value) => {
  expect(readJson(text)).toEqual(value)
})

test.each([
  ['', 'EOF'],
  [' \n', 'EOF'],
  ['{', 'unexpected EOF'],
  ['{"a"', 'unexpected EOF'],
  ['{"a":', 'unexpected EOF'],
  ['[1', 'unexpected EOF'],
  ['"a', 'unexpected EOF'],
  ['tru', 'unexpected EOF'],
  ['-', 'unexpected EOF'],
  ['x', "invalid character 'x' looking for beginning of value"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ["'", "invalid character '\\'' looking for beginning of value"],
  ['[,]', "invalid character ',' looking for beginning of value"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{a}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1ex', "invalid character 'x' in exponent of numeric literal"],
])('refuses %j', (text, message) => {
  expect(() => readJson(text)).toThrow(new JsonError(message))
})

test('refuses nesting that would exhaust the stack', () => {
  const error = new JsonError("invalid character '[' exceeded max depth")
  expect(() => readJson('['.repeat(100_000))).toThrow(error)
})

test('writes HTML characters escaped and keys in the order given', () => {
  expect(writeJson({ a: '<&>\u2028' })).toBe('{"a":"\\u003c\\u0026\\u003e\\u2028"}')
  expect(
    writeJsonObject([
      ['b', 1],
      ['2', null],
      ['1', '<'],
    ]),
  ).toBe('{"b":1,"2":null,"1":"\\u003c"}')
})
