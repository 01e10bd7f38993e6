import { describe, expect, test } from 'vitest'
import { appended, historyBytesMax, type Version, versionsMax } from '../../../services/config/history.ts'

function pushed(values: unknown[], keep: number[] = []): Version[] {
  let history: Version[] = []
  for (const value of values) history = appended(history, value, { at: 0, keep })
  return history
}
const numbersOf = (history: Version[]) => history.map(({ version }) => version)

describe('appended', () => {
  test('numbers the versions', () => {
    expect(pushed(['a', 'b'])).toEqual([
      { version: 1, value: 'a', at: 0, bytes: 3, promoted: false },
      { version: 2, value: 'b', at: 0, bytes: 3, promoted: false },
    ])
  })

  test('forgets the oldest, but none that is in use, and gives no number twice', () => {
    const history = pushed(Array(versionsMax + 50).fill('x'), [3])
    expect(history).toHaveLength(versionsMax)
    expect(numbersOf(history).slice(0, 2)).toEqual([3, 52])
    expect(history.at(-1)?.version).toBe(versionsMax + 50)
  })

  test('forgets the oldest when they are too large together', () => {
    const value = 'x'.repeat(1_000_000)
    const history = pushed(Array(20).fill(value), [1])
    expect(history.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(historyBytesMax)
    expect(numbersOf(history).at(0)).toBe(1)
    expect(numbersOf(history).at(-1)).toBe(20)
    expect(history.length).toBeGreaterThan(5)
  })
})
