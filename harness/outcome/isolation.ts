import { goodputOf, meanOf, type Tally, type Traffic } from './traffic.ts'
import { type RunWindows, settledAfterMs, slidingWindows, type Window } from './windows.ts'

/** Isolation counts as restored above this. */
const containedIsolation = 0.99

/**
 * 1 - goodput / steady goodput, floored at 0. Undefined where it cannot be said: no traffic in either, or nothing that
 * worked in the steady state to compare with.
 *
 * A session that was forced out needs no case of its own here: until it is signed in again, the crowd goes on intending
 * to browse with it and records each of those intents as `signed-out`, which is not goodput.
 */
export function harmOf(steady: Tally, during: Tally): number | undefined {
  const before = goodputOf(steady)
  const then = goodputOf(during)
  if (before === undefined || before === 0 || then === undefined) return undefined
  return Math.max(0, 1 - then / before)
}

/** 1 - the mean of the harms; 1 if there are none. */
export function isolationOf(harms: readonly number[]): number {
  return 1 - (meanOf(harms) ?? 0)
}

/**
 * From injection until isolation stays above 0.99, ms, in steps of `stepMs`. 0 if it never leaves that height (or nothing
 * was injected), null if it is not back by the end.
 *
 * Isolation is followed through sliding windows from the injection to the end of the timeline. A segment without traffic
 * in one of them keeps its harm of the window before (0 before the first). The time is the start of the first window of
 * the run of good ones that lasts to the end: windows reach ahead, so that is at most a step after the last harm.
 */
export function timeToContainMs(
  traffic: readonly Traffic[],
  windows: RunWindows,
  stepMs: number,
  windowMs: number,
): number | null {
  if (windows.injectedAt === undefined) return 0
  const span: Window = { from: windows.injectedAt, until: windows.after.until }
  const sliding = slidingWindows(span, stepMs, windowMs)
  const outside = traffic
    .filter(each => !each.inScope && (goodputOf(each.tally(windows.steady)) ?? 0) > 0)
    .map(each => ({ traffic: each, steady: each.tally(windows.steady), harm: 0 }))
  const good = sliding.map(window => {
    for (const segment of outside) {
      segment.harm = harmOf(segment.steady, segment.traffic.tally(window)) ?? segment.harm
    }
    return isolationOf(outside.map(segment => segment.harm)) > containedIsolation
  })
  return settledAfterMs(span, sliding, good)
}
