import { describe, expect, test } from 'vitest'
import type { FaultWindow } from '../../../harness/outcome/history.ts'
import {
  resolveWindows,
  settledAfterMs,
  slidingWindows,
  windowsOf,
} from '../../../harness/outcome/windows.ts'
import { history, usualFault } from './build.ts'

function fault(from: number, until: number): FaultWindow {
  return { ...usualFault, from, until }
}

describe('windowsOf', () => {
  test('puts the steady state before the first fault and the rest after the last undo', () => {
    expect(windowsOf(history())).toEqual({
      steady: { from: 0, until: 4_000 },
      fault: [{ from: 4_000, until: 8_000 }],
      after: { from: 8_000, until: 12_000 },
      injectedAt: 4_000,
    })
  })

  test('unites faults that overlap or touch, in any order, and keeps apart those that do not', () => {
    const faults = [fault(9_000, 10_000), fault(5_000, 6_000), fault(6_000, 7_000), fault(3_000, 5_500)]
    const windows = windowsOf(history({ faults }))
    expect(windows.fault).toEqual([
      { from: 3_000, until: 7_000 },
      { from: 9_000, until: 10_000 },
    ])
    expect(windows.steady.until).toBe(3_000)
    expect(windows.after.from).toBe(10_000)
  })

  test('keeps a fault inside another inside it', () => {
    expect(windowsOf(history({ faults: [fault(2_000, 9_000), fault(3_000, 4_000)] })).fault).toEqual([
      { from: 2_000, until: 9_000 },
    ])
  })

  test('cuts a fault at both ends of the timeline', () => {
    expect(windowsOf(history({ faults: [fault(-500, 99_000)] }))).toEqual({
      steady: { from: 0, until: 0 },
      fault: [{ from: 0, until: 12_000 }],
      after: { from: 12_000, until: 12_000 },
      injectedAt: 0,
    })
  })

  test('takes the first third for the steady state of a run without faults', () => {
    expect(windowsOf(history({ faults: [] }))).toEqual({
      steady: { from: 0, until: 4_000 },
      fault: [{ from: 4_000, until: 12_000 }],
      after: { from: 12_000, until: 12_000 },
      injectedAt: undefined,
    })
  })

  test('has no fault window on a timeline of no length', () => {
    expect(windowsOf(history({ faults: [], end: 0 })).fault).toEqual([])
  })
})

describe('resolveWindows', () => {
  test('knows its windows by name and takes one given by hand', () => {
    const windows = windowsOf(history())
    expect(resolveWindows(windows, 'steady')).toEqual([{ from: 0, until: 4_000 }])
    expect(resolveWindows(windows, 'fault')).toEqual([{ from: 4_000, until: 8_000 }])
    expect(resolveWindows(windows, 'after')).toEqual([{ from: 8_000, until: 12_000 }])
    expect(resolveWindows(windows, { from: 1, until: 2 })).toEqual([{ from: 1, until: 2 }])
  })

  test('refuses a window that ends before it begins, with its numbers', () => {
    expect(() => resolveWindows(windowsOf(history()), { from: 20, until: 10 })).toThrow(/20 ms until 10 ms/)
  })
})

describe('slidingWindows', () => {
  test('begins one each step and none that would reach past the end', () => {
    expect(slidingWindows({ from: 100, until: 2_100 }, 500, 1_000)).toEqual([
      { from: 100, until: 1_100 },
      { from: 600, until: 1_600 },
      { from: 1_100, until: 2_100 },
    ])
  })

  test('lays one more against the end where the steps leave a rest', () => {
    expect(slidingWindows({ from: 0, until: 1_700 }, 500, 1_000).at(-1)).toEqual({ from: 700, until: 1_700 })
  })

  test('makes one window of a span that is too short, and none of an empty one', () => {
    expect(slidingWindows({ from: 50, until: 350 }, 500, 1_000)).toEqual([{ from: 50, until: 350 }])
    expect(slidingWindows({ from: 50, until: 50 }, 500, 1_000)).toEqual([])
  })
})

describe('settledAfterMs', () => {
  const span = { from: 1_000, until: 3_000 }
  const windows = slidingWindows(span, 500, 1_000)

  test.each([
    { good: [true, true, true], expected: 0 },
    { good: [false, true, true], expected: 500 },
    { good: [true, false, true], expected: 1_000 },
    { good: [false, true, false], expected: null },
  ])('of windows that are good $good is $expected', ({ good, expected }) => {
    expect(settledAfterMs(span, windows, good)).toBe(expected)
  })
})
