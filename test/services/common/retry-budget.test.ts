import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RetryBudget } from '../../../services/common/retry-budget.ts'

describe('a retry budget', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => vi.useRealTimers())

  /** How many retries there are now. */
  const spend = (budget: RetryBudget) => {
    let retries = 0
    while (retries < 100 && budget.withdraw()) retries += 1
    return retries
  }

  test('begins with what may be saved up, and has no more than that', () => {
    const budget = new RetryBudget({ max: 5 })
    vi.advanceTimersByTime(60_000)
    for (let request = 0; request < 1_000; request += 1) budget.deposit()
    expect(spend(budget)).toBe(5)
  })

  test('earns a share of the requests', () => {
    const budget = new RetryBudget({ share: 0.1, perSecond: 0, max: 5 })
    spend(budget)
    for (let request = 0; request < 29; request += 1) budget.deposit()
    expect(spend(budget)).toBe(2)
  })

  test('earns some by the passing of time, however few the requests are', () => {
    const budget = new RetryBudget({ share: 0, perSecond: 3, max: 5 })
    spend(budget)
    vi.advanceTimersByTime(900)
    expect(spend(budget)).toBe(2)
    vi.advanceTimersByTime(500)
    expect(spend(budget)).toBe(2)
  })

  test('takes nothing back when the clock does', () => {
    const budget = new RetryBudget()
    spend(budget)
    vi.setSystemTime(Date.now() - 60_000)
    expect(spend(budget)).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(spend(budget)).toBe(3)
  })
})
