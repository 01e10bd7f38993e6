/** Segments in the failures of matchers: in which order, and what is shown of them. */
import { results } from '../../outcome/history.ts'
import type { SegmentOutcome } from '../../outcome/measures.ts'
import { isGood, labelOf } from '../../outcome/traffic.ts'
import { decimal, table } from './message.ts'

type Order = (one: SegmentOutcome, other: SegmentOutcome) => number

/** Worst first; what could not be measured comes last. */
export function byHarm(one: SegmentOutcome, other: SegmentOutcome): number {
  return (other.harm ?? -1) - (one.harm ?? -1)
}

/** Worst first. */
export function byGoodput(one: SegmentOutcome, other: SegmentOutcome): number {
  return (one.faultGoodput ?? 2) - (other.faultGoodput ?? 2)
}

export function reversed(order: Order): Order {
  return (one, other) => order(other, one)
}

export function segmentTable(segments: readonly SegmentOutcome[]): string[] {
  return table(segments, [
    { title: 'segment', of: labelOf },
    { title: 'steady', align: 'right', of: ({ steadyGoodput }) => decimal(steadyGoodput) },
    { title: 'fault', align: 'right', of: ({ faultGoodput }) => decimal(faultGoodput) },
    { title: 'harm', align: 'right', of: ({ harm }) => decimal(harm) },
    { title: 'intents', align: 'right', of: ({ inFaultIntents }) => String(inFaultIntents) },
    { title: 'not served', of: notServed },
  ])
}

/** What its users got instead of what they wanted, most frequent first: `timeout 12, error 3`. */
export function notServed(segment: SegmentOutcome): string {
  return results
    .filter(result => !isGood(result) && segment.results[result] > 0)
    .toSorted((one, other) => segment.results[other] - segment.results[one])
    .map(result => `${result} ${segment.results[result]}`)
    .join(', ')
}
