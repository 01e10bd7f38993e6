/** Matchers about who was served during the fault, and who was harmed. */
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import type { SegmentOutcome } from '../../outcome/measures.ts'
import type { Outcome } from '../../outcome/outcome.ts'
import type { Selector } from '../../scope.ts'
import { checkCall, pickedSegments, shareAboveZero, shareBelowOne } from './input.ts'
import { count, decimal, isAtLeast, isAtMost, resultOf } from './message.ts'
import { byGoodput, byHarm, reversed, segmentTable } from './segments.ts'

/** The segments outside the scope are isolated from the fault. */
export function toIsolate(
  this: ExpectMatcherState,
  outcome: Outcome,
  options: { atLeast?: number } = {},
): MatcherReturnType {
  const matcher = 'toIsolate'
  checkCall(matcher, { outcome, options, requirements: { atLeast: shareAboveZero } })
  const { atLeast = 0.99 } = options
  const outside = outcome.segments.filter(({ inScope, harm }) => !inScope && harm !== null)
  const harmed = outside.filter(isHarmed)
  return resultOf(this, {
    matcher,
    args: [options],
    holds: outside.length === 0 ? undefined : isAtLeast(outcome.isolation, atLeast),
    expected: `isolation of at least ${atLeast}`,
    expectedNot: `isolation below ${atLeast}`,
    received:
      outside.length === 0
        ? 'no segment outside the scope was measured'
        : `${decimal(outcome.isolation, atLeast)}, ${harmed.length} of ${count(outside.length, 'segment')} outside the scope harmed`,
    details: () => segmentTable(harmed.toSorted(byHarm)),
  })
}

/** This share of what the picked users wanted during the fault was served to them. */
export function toKeepServing(
  this: ExpectMatcherState,
  outcome: Outcome,
  selector: Selector = {},
  options: { goodput?: number } = {},
): MatcherReturnType {
  const matcher = 'toKeepServing'
  checkCall(matcher, { outcome, selector, options, requirements: { goodput: shareAboveZero } })
  const { goodput = 0.99 } = options
  const found = outcome.goodput(selector)
  const picked = pickedSegments(matcher, outcome, selector)
  return resultOf(this, {
    matcher,
    args: [selector, options],
    holds: Number.isNaN(found) ? undefined : isAtLeast(found, goodput),
    expected: `goodput of at least ${goodput} during the fault`,
    expectedNot: `goodput below ${goodput} during the fault`,
    received: Number.isNaN(found) ? 'nobody wanted anything during the fault' : decimal(found, goodput),
    details: isNot => {
      const isToBlame = ({ faultGoodput }: SegmentOutcome) =>
        faultGoodput === null || isAtLeast(faultGoodput, goodput) === isNot
      return segmentTable(picked.filter(isToBlame).toSorted(isNot ? reversed(byGoodput) : byGoodput))
    },
  })
}

/** The segments picked are harmed, in the mean. */
export function toHarm(
  this: ExpectMatcherState,
  outcome: Outcome,
  selector: Selector = {},
  options: { atLeast?: number } = {},
): MatcherReturnType {
  const matcher = 'toHarm'
  checkCall(matcher, { outcome, selector, options, requirements: { atLeast: shareAboveZero } })
  const { atLeast = 0.5 } = options
  const found = outcome.harm(selector)
  const picked = pickedSegments(matcher, outcome, selector)
  return resultOf(this, {
    matcher,
    args: [selector, options],
    holds: Number.isNaN(found) ? undefined : isAtLeast(found, atLeast),
    expected: `mean harm of at least ${atLeast}`,
    expectedNot: `mean harm below ${atLeast}`,
    received: harmInWords(found, atLeast, picked),
    details: isNot =>
      segmentTable(isNot ? picked.filter(isHarmed).toSorted(byHarm) : picked.toSorted(reversed(byHarm))),
  })
}

/** The segments picked are not harmed, in the mean, by more than is noise. */
export function toLeaveUnharmed(
  this: ExpectMatcherState,
  outcome: Outcome,
  selector: Selector = {},
  options: { harm?: number } = {},
): MatcherReturnType {
  const matcher = 'toLeaveUnharmed'
  checkCall(matcher, { outcome, selector, options, requirements: { harm: shareBelowOne } })
  const { harm = 0.02 } = options
  const found = outcome.harm(selector)
  const picked = pickedSegments(matcher, outcome, selector)
  return resultOf(this, {
    matcher,
    args: [selector, options],
    holds: Number.isNaN(found) ? undefined : isAtMost(found, harm),
    expected: `mean harm of at most ${harm}`,
    expectedNot: `mean harm above ${harm}`,
    received: harmInWords(found, harm, picked),
    details: isNot =>
      segmentTable(isNot ? picked.toSorted(reversed(byHarm)) : picked.filter(isHarmed).toSorted(byHarm)),
  })
}

/** One that could not be measured is shown with the harmed: nobody knows. */
function isHarmed({ harm }: SegmentOutcome): boolean {
  return harm === null || harm > 0
}

function harmInWords(found: number, limit: number, picked: readonly SegmentOutcome[]): string {
  const measured = picked.filter(({ harm }) => harm !== null)
  if (Number.isNaN(found)) return `no harm could be measured in ${count(picked.length, 'segment')}`
  const harmed = measured.filter(isHarmed)
  return `${decimal(found, limit)}, ${harmed.length} of ${count(measured.length, 'segment')} harmed`
}
