import { describe, expect, test } from 'vitest'
import { keyStates } from '../../../services/auth/key-set.ts'
import type { SigningKey } from '../../../services/auth/store.ts'

describe('the state of a key', () => {
  const key = (signsFromMs: number, change: Partial<SigningKey> = {}): SigningKey => ({
    generation: 1,
    kid: 'k',
    privateJwk: { kty: 'OKP' },
    signsFromMs,
    dropsOlderFromMs: undefined,
    removedAtMs: undefined,
    ...change,
  })

  test.each([
    ['none', [], []],
    ['the first', [key(0)], ['signing']],
    ['the first, by a clock that is behind', [key(200)], ['signing']],
    ['one that waits', [key(0), key(101)], ['signing', 'pending']],
    ['one whose time has come', [key(0), key(100, { dropsOlderFromMs: 500 })], ['retained', 'signing']],
    ['one that outlived its tokens', [key(0), key(50, { dropsOlderFromMs: 100 })], ['dropped', 'signing']],
    ['one that was removed', [key(0), key(50, { removedAtMs: 60 })], ['signing', 'removed']],
    ['all but one that waits removed', [key(0, { removedAtMs: 60 }), key(101)], ['removed', 'signing']],
    ['all removed', [key(0, { removedAtMs: 60 })], ['removed']],
    [
      'one dropped by a key that was removed',
      [key(0), key(1, { dropsOlderFromMs: 90, removedAtMs: 95 }), key(2)],
      ['dropped', 'removed', 'signing'],
    ],
  ])('at 100, with %s', (_title, keys, states) => {
    expect(keyStates(keys, 100)).toEqual(states)
  })
})
