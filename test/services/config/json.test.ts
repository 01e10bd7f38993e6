import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { difference, isDeeperThan, mergePatch, type PatchStep } from '../../../services/config/json.ts'

/** Through JSON, as everything that the service sees. */
const json = fc.jsonValue({ depthSize: 'small' }).map(value => JSON.parse(JSON.stringify(value)) as unknown)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

describe('mergePatch', () => {
  // From RFC 7396, appendix A.
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })

  test('a key named __proto__ is a key, also one that is merged into', () => {
    const patch = JSON.parse('{"__proto__": {"polluted": true}}')
    const merged = mergePatch({}, patch) as Record<string, unknown>
    expect(Object.hasOwn(merged, '__proto__')).toBe(true)
    expect(JSON.stringify(merged)).toBe('{"__proto__":{"polluted":true}}')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('applied twice is applied once, and leaves what it was given as it was', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = JSON.stringify([target, patch])
        const once = mergePatch(target, patch)
        expect(mergePatch(once, patch)).toEqual(once)
        expect(JSON.stringify([target, patch])).toBe(before)
      }),
    )
  })

  test('null removes, an empty patch of an object changes nothing, anything but an object replaces', () => {
    fc.assert(
      fc.property(json, fc.string(), (target, key) => {
        const removed = mergePatch(target, JSON.parse(`{${JSON.stringify(key)}:null}`))
        expect(isObject(removed) && !Object.hasOwn(removed, key)).toBe(true)
        expect(mergePatch(target, {})).toEqual(isObject(target) ? target : {})
        if (!isObject(target)) expect(mergePatch({ a: 1 }, target)).toEqual(target)
      }),
    )
  })
})

describe('difference', () => {
  test.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1 }, { a: 2 }, [{ op: 'replace', path: '/a', value: 2 }]],
    [
      { a: { b: 1 } },
      { a: { c: null } },
      [
        { op: 'remove', path: '/a/b' },
        { op: 'add', path: '/a/c', value: null },
      ],
    ],
    [{ 'a/b~c': 1 }, {}, [{ op: 'remove', path: '/a~1b~0c' }]],
    [[1], [1, 2], [{ op: 'replace', path: '', value: [1, 2] }]],
  ])('from %j to %j is %j', (from, to, steps) => {
    expect(difference(from, to)).toEqual(steps)
  })

  test('applied to the one gives the other', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        expect(applied(structuredClone(from), difference(from, to))).toEqual(to)
      }),
    )
  })

  test('of a value and the same changed a little says that little', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.string(), json, (from, key, value) => {
        const to = { ...from }
        Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true })
        const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
        for (const { path } of difference(from, to)) expect(path.startsWith(pointer)).toBe(true)
        expect(applied(structuredClone(from), difference(from, to))).toEqual(to)
      }),
    )
  })

  /** JSON Patch as RFC 6902 says, as far as it is used. */
  function applied(root: unknown, steps: readonly PatchStep[]): unknown {
    const holder = { root }
    for (const step of steps) {
      const keys = ['root', ...step.path.split('/').slice(1)].map(key =>
        key.replaceAll('~1', '/').replaceAll('~0', '~'),
      )
      const last = keys.pop() as string
      const parent = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], holder) as object
      if (step.op === 'remove') expect(Reflect.deleteProperty(parent, last)).toBe(true)
      else {
        expect(Object.hasOwn(parent, last)).toBe(step.op === 'replace')
        const { value } = step
        Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true })
      }
    }
    return holder.root
  }
})

describe('isDeeperThan', () => {
  test('counts the levels of objects and arrays', () => {
    expect(isDeeperThan('text', 0)).toBe(false)
    expect(isDeeperThan([], 0)).toBe(false)
    expect(isDeeperThan([1], 0)).toBe(true)
    expect(isDeeperThan({ a: [{}] }, 2)).toBe(false)
    expect(isDeeperThan({ a: [{ b: 1 }] }, 2)).toBe(true)
  })

  test('does not fall over what is nested without end', () => {
    expect(isDeeperThan(JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)), 64)).toBe(true)
  })
})
