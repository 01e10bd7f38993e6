/**
 * The windows of one run, on its clock. Every window is half-open: `from` is inside it, `until` is not.
 *
 *   0 ──────── steady ────────┤ fault ├─ ─ ─┤ fault ├──────── after ────────┤ end
 *                             injected               undone
 */
import { UsageError } from '../errors.ts'
import type { History } from './history.ts'

/** Milliseconds since the timeline began. */
export type Window = {
  from: number
  until: number
}

/** `steady`: before the first fault. `fault`: while any fault is on. `after`: from the last undo to the end. */
export type WindowName = 'steady' | 'fault' | 'after'

export type RunWindows = {
  steady: Window
  /** The union of the fault windows within the timeline: sorted, never touching, none of them empty. */
  fault: Window[]
  after: Window
  /** When the first fault began; undefined in a run without faults. */
  injectedAt: number | undefined
}

/**
 * The windows of a run. Without any fault the first third is the steady state and the rest stands in for the fault, so
 * that the harm of calm is measured too (and should be about 0); `after` is then empty.
 */
export function windowsOf(history: History): RunWindows {
  const { end } = history
  if (history.faults.length === 0) {
    const third = end / 3
    return {
      steady: { from: 0, until: third },
      fault: union([{ from: third, until: end }]),
      after: { from: end, until: end },
      injectedAt: undefined,
    }
  }
  const within = (time: number): number => Math.min(Math.max(time, 0), end)
  const injectedAt = within(Math.min(...history.faults.map(fault => fault.from)))
  const undoneAt = within(Math.max(...history.faults.map(fault => fault.until)))
  return {
    steady: { from: 0, until: injectedAt },
    fault: union(history.faults.map(({ from, until }) => ({ from: within(from), until: within(until) }))),
    after: { from: undoneAt, until: end },
    injectedAt,
  }
}

/** The windows that a name, or a window given by hand, stands for. Throws a UsageError for a window that ends before it begins. */
export function resolveWindows(windows: RunWindows, wanted: WindowName | Window): readonly Window[] {
  if (wanted === 'fault') return windows.fault
  if (wanted === 'steady' || wanted === 'after') return [windows[wanted]]
  if (!(wanted.from <= wanted.until)) {
    throw new UsageError(
      `the window from ${wanted.from} ms until ${wanted.until} ms ends before it begins: give it as { from, until }`,
    )
  }
  return [wanted]
}

/**
 * Windows of `lengthMs`, one begun every `stepMs`, none reaching past the end of `span`. One more is laid against that
 * end where the steps leave a rest, so that a relapse in the last moments is seen; a span shorter than `lengthMs` is one window.
 */
export function slidingWindows(span: Window, stepMs: number, lengthMs: number): Window[] {
  const sliding: Window[] = []
  for (let from = span.from; from + lengthMs <= span.until; from += stepMs) {
    sliding.push({ from, until: from + lengthMs })
  }
  const covered = sliding.at(-1)?.until ?? span.from
  if (covered < span.until) {
    sliding.push({ from: Math.max(span.from, span.until - lengthMs), until: span.until })
  }
  return sliding
}

/**
 * How long after `span` began its windows turned good for good: 0 if all of them are good, null if the last one is not,
 * else the start of the first window of the good run that lasts to the end. `good` holds one flag for each window.
 */
export function settledAfterMs(
  span: Window,
  windows: readonly Window[],
  good: readonly boolean[],
): number | null {
  const lastBad = good.lastIndexOf(false)
  if (lastBad === -1) return 0
  const settled = windows[lastBad + 1]
  return settled === undefined ? null : settled.from - span.from
}

function union(windows: readonly Window[]): Window[] {
  const merged: Window[] = []
  for (const window of windows.filter(each => each.from < each.until).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && window.from <= last.until) last.until = Math.max(last.until, window.until)
    else merged.push({ ...window })
  }
  return merged
}
