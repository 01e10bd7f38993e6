import { goodputOf, type Traffic } from './traffic.ts'
import { type RunWindows, settledAfterMs, slidingWindows, type Window } from './windows.ts'

/** A segment has recovered at this share of its steady goodput. */
const recoveredShare = 0.95

export type Recovery = {
  /** From the last undo until every segment is back and stays so, ms; null if that is not seen by the end. */
  timeToRecoverMs: number | null
  /** Some segment is known not to have recovered by the end. */
  metastable: boolean
  /** Segments that nobody asked anything of after the undo: nothing is known of their recovery. */
  unsettled: Traffic[]
}

/**
 * Follows every segment, in scope or not, through sliding windows from the last undo to the end of the timeline.
 *
 * One failure among three intents says little. A window that holds fewer than `minIntents` of a segment therefore reaches
 * on past its end until it holds that many. Where the timeline ends first, it is judged by those that it has; where it has
 * none at all, the window before it stands. A segment has recovered at the start of the first window from which on all
 * are back at 95 % of its steady goodput; the run has, when its last segment has.
 *
 * Segments without goodput in the steady state have nothing to come back to and are left out. So are those without any
 * traffic after the undo, which are handed back as `unsettled`; if that leaves none, the time is null (and the run is not
 * called metastable, for that would be a claim as well).
 */
export function recoveryOf(
  traffic: readonly Traffic[],
  windows: RunWindows,
  options: { stepMs: number; windowMs: number; minIntents: number },
): Recovery {
  if (windows.injectedAt === undefined) return { timeToRecoverMs: 0, metastable: false, unsettled: [] }
  const comparable = traffic.filter(each => (goodputOf(each.tally(windows.steady)) ?? 0) > 0)
  const unsettled = comparable.filter(each => each.tally(windows.after).intended === 0)
  const times = comparable
    .filter(each => !unsettled.includes(each))
    .map(each => segmentRecoveryMs(each, windows, options))
  const known = times.filter(time => time !== null)
  const metastable = known.length < times.length
  const unknown = times.length === 0 && unsettled.length > 0
  return { timeToRecoverMs: metastable || unknown ? null : Math.max(0, ...known), metastable, unsettled }
}

function segmentRecoveryMs(
  traffic: Traffic,
  windows: RunWindows,
  options: { stepMs: number; windowMs: number; minIntents: number },
): number | null {
  const span: Window = windows.after
  const enough = recoveredShare * (goodputOf(traffic.tally(windows.steady)) ?? 0)
  const sliding = slidingWindows(span, options.stepMs, options.windowMs)
  let isBack = true
  const good = sliding.map(window => {
    const goodput = goodputOf(traffic.pooledTally(window, options.minIntents, span.until))
    if (goodput !== undefined) isBack = goodput >= enough
    return isBack
  })
  return settledAfterMs(span, sliding, good)
}
