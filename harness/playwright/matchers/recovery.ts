/** The matcher about what happens after the undo. */
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import { pooledRegion, type Segment } from '../../outcome/history.ts'
import type { SegmentOutcome } from '../../outcome/measures.ts'
import type { Outcome } from '../../outcome/outcome.ts'
import { labelOf } from '../../outcome/traffic.ts'
import { slidingWindows, type Window } from '../../outcome/windows.ts'
import type { Selector } from '../../scope.ts'
import { checkCall, milliseconds } from './input.ts'
import { count, decimal, isAtMost, resultOf, seconds, table } from './message.ts'

/** The measure of the time to recover: 95 % of the steady goodput, in windows of 1 s begun twice a second. */
const recoveredShare = 0.95
const windowMs = 1_000
const stepMs = 500

/** By the end every segment was back at its steady goodput, by itself, and within this time of the undo if one is given. */
export function toRecover(
  this: ExpectMatcherState,
  outcome: Outcome,
  options: { withinMs?: number } = {},
): MatcherReturnType {
  const matcher = 'toRecover'
  checkCall(matcher, { outcome, options, requirements: { withinMs: milliseconds } })
  const { withinMs } = options
  const within = withinMs === undefined ? 'by the end' : `within ${withinMs} ms of the undo`
  return resultOf(this, {
    matcher,
    args: [options],
    holds: hasRecovered(outcome, withinMs),
    expected: `recovered by itself ${within}`,
    expectedNot: `not recovered ${within}`,
    received: inWords(outcome),
    details: isNot => (isNot ? [] : lateTable(lateOf(outcome, withinMs), outcome.windows.after.from)),
  })
}

function hasRecovered(
  { metastable, timeToRecoverMs }: Outcome,
  withinMs: number | undefined,
): boolean | undefined {
  if (metastable) return false
  // Nobody asked anything after the undo.
  if (timeToRecoverMs === null) return undefined
  return withinMs === undefined || isAtMost(timeToRecoverMs, withinMs)
}

function inWords(outcome: Outcome): string {
  const { metastable, timeToRecoverMs, windows } = outcome
  if (!metastable && timeToRecoverMs !== null)
    return `recovered ${Math.round(timeToRecoverMs)} ms after the undo`
  if (!metastable) return 'no traffic after the undo, so that nothing is known'
  const stuck = lateOf(outcome, undefined).length
  const { from, until } = windows.after
  const helped = {
    alone: '',
    pushed: ', but once all load was taken off',
    stuck: ', nor once all load was taken off',
  }
  const pushed = helped[outcome.recovery ?? 'alone']
  return `not recovered by the end, ${seconds(until - from)} after the undo${pushed}: ${stuck} of ${count(outcome.segments.length, 'segment')}`
}

type Low = { segment: SegmentOutcome; window: Window; goodput: number; isBack: boolean }

/** Who had not recovered by the end or, if all had, in time. Last first. */
function lateOf(outcome: Outcome, withinMs: number | undefined): Low[] {
  const lows = outcome.segments.flatMap(segment => lastLow(outcome, segment) ?? [])
  const { from } = outcome.windows.after
  const isLate = ({ isBack, window }: Low) =>
    outcome.metastable ? !isBack : window.from + stepMs - from > (withinMs ?? 0)
  const late = lows.filter(isLate)
  // The time to recover is measured with more intents for each window where they are few: it may see what this does not.
  const named = late.length > 0 ? late : lows
  return named.toSorted((one, other) => other.window.from - one.window.from || one.goodput - other.goodput)
}

/** The last window after the undo in which a segment was below what counts as recovered. */
function lastLow(outcome: Outcome, segment: SegmentOutcome): Low | undefined {
  const enough = recoveredShare * (segment.steadyGoodput ?? 0)
  const measured = slidingWindows(outcome.windows.after, stepMs, windowMs)
    .map(window => ({ window, goodput: outcome.goodput(selectorOf(segment), window) }))
    .filter(({ goodput }) => !Number.isNaN(goodput))
  const last = measured.findLast(({ goodput }) => goodput < enough)
  return last && { ...last, segment, isBack: last !== measured.at(-1) }
}

/** Where regions are put together, a selector must not name any. */
function selectorOf({ app, surface, region, activity }: Segment): Selector {
  return { app, surface, activity, ...(region === pooledRegion ? {} : { region }) }
}

function lateTable(lows: readonly Low[], undoneAt: number): string[] {
  return table(lows, [
    { title: 'segment', of: ({ segment }) => labelOf(segment) },
    { title: 'steady', align: 'right', of: ({ segment }) => decimal(segment.steadyGoodput) },
    { title: 'goodput', align: 'right', of: ({ goodput }) => decimal(goodput) },
    {
      title: 'last below 95 % of steady',
      of: ({ window, isBack }) =>
        isBack
          ? `${seconds(window.from - undoneAt)} to ${seconds(window.until - undoneAt)} after the undo`
          : 'at the end',
    },
  ])
}
