import { describe, expect, test } from 'vitest'
import {
  type FidelityFact,
  fidelityOf,
  fidelityProblems,
  isHeldToCard,
  numbersOf,
} from '../../harness/fidelity.ts'
import type { Outcome } from '../../harness/outcome/outcome.ts'

const outcome = { isolation: 0.4, timeToRecoverMs: null } as Outcome
const isolation: FidelityFact = { fact: 'it spread', observe: ({ isolation }) => isolation, atMost: 0.5 }

describe('fidelityOf', () => {
  test.each([
    [{ atMost: 0.5 }, true],
    [{ atMost: 0.4 }, true],
    [{ atMost: 0.3 }, false],
    [{ atLeast: 0.4 }, true],
    [{ atLeast: 0.5 }, false],
    [{ atLeast: 0.3, atMost: 0.5 }, true],
    [{ atLeast: 0.41, atMost: 0.5 }, false],
  ])('0.4 within %j: %j', (bounds, reproduced) => {
    const { fact, observe } = isolation
    expect(fidelityOf([{ fact, observe, ...bounds }], outcome)).toEqual([
      { fact, observed: 0.4, ...bounds, reproduced },
    ])
  })

  test.each([null, Number.NaN])('what is not there (%j) is not reproduced, whatever the bounds', number => {
    const fact: FidelityFact = { fact: 'it came back', observe: () => number, atLeast: -1e9, atMost: 1e9 }
    expect(fidelityOf([fact], outcome)).toMatchObject([{ observed: null, reproduced: false }])
  })
})

test('only what has no mitigation is held to a card', () => {
  expect(isHeldToCard({ mitigations: [] })).toBe(true)
  expect(isHeldToCard({ mitigations: ['cells'] })).toBe(false)
})

test.each([
  [{ observed: 0.33333, atLeast: 0.85 }, 'observed 0.333, at least 0.85'],
  [{ observed: 12, atMost: 0 }, 'observed 12, at most 0'],
  [{ observed: 0.5, atLeast: 0.1, atMost: 0.6 }, 'observed 0.5, at least 0.1 and at most 0.6'],
  [{ observed: null, atLeast: 1 }, 'observed nothing, at least 1'],
])('%j in words', (finding, words) => {
  expect(numbersOf(finding)).toBe(words)
})

describe('fidelityProblems', () => {
  test('a card that makes sense has none', () => {
    expect(fidelityProblems([isolation, { ...isolation, atLeast: 0.5 }])).toEqual([])
  })

  test.each([
    [{ fact: ' ' }, 'fidelity[0].fact: missing'],
    [{ observe: 0.5 }, 'fidelity[0].observe: 0.5 is not a function'],
    [{ atMost: undefined }, 'could not fail'],
    [{ atLeast: 0.6 }, 'no number is at least 0.6 and at most 0.5'],
  ])('%j', (change, problem) => {
    const fact = { ...isolation, ...change } as unknown as FidelityFact
    expect(fidelityProblems([fact])).toEqual([expect.stringContaining(problem)])
  })
})
