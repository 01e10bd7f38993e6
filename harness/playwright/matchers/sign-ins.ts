/** The matcher about people whose correct password is refused. */
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import { ScenarioError } from '../../errors.ts'
import type { Told } from '../../outcome/history.ts'
import type { Refused, SegmentOutcome } from '../../outcome/measures.ts'
import type { Outcome } from '../../outcome/outcome.ts'
import { labelOf } from '../../outcome/traffic.ts'
import type { Selector } from '../../scope.ts'
import { checkCall, oneOf, pickedSegments, shareAboveZero } from './input.ts'
import { isAtLeast, percent, percentLimit, resultOf, table } from './message.ts'
import { notServed } from './segments.ts'

const wordings: readonly Told[] = ['wrong-password', 'try-later', 'other']

/** At least this share of the sign-ins picked was refused during the fault, for the reason told if that is given. */
export function toRefuseSignIns(
  this: ExpectMatcherState,
  outcome: Outcome,
  selector: Selector = {},
  options: { share?: number; told?: Told } = {},
): MatcherReturnType {
  const matcher = 'toRefuseSignIns'
  checkCall(matcher, {
    outcome,
    selector,
    options,
    requirements: { share: shareAboveZero, told: oneOf(wordings) },
  })
  const refused = outcome.refused(selector)
  const { share = 0.9, told } = options
  const signIns = pickedSignIns(matcher, outcome, selector)
  const intended = signIns.reduce((sum, { inFaultIntents }) => sum + inFaultIntents, 0)
  const counted = told === undefined ? refused.count : refused.told[told]
  const found = counted / intended
  const what = `${percentLimit(share)} of the sign-ins refused${told === undefined ? '' : ` as ${told}`}`
  return resultOf(this, {
    matcher,
    args: [selector, options],
    holds: intended === 0 ? undefined : isAtLeast(found, share),
    expected: `at least ${what}`,
    expectedNot: `less than ${what}`,
    received:
      intended === 0
        ? 'nobody signed in during the fault'
        : `${percent(found, share)}, ${counted} of ${intended}\nTold:     ${toldInWords(refused)}`,
    details: isNot => signInTable(signIns, isNot),
  })
}

function pickedSignIns(matcher: string, outcome: Outcome, selector: Selector): SegmentOutcome[] {
  const picked = pickedSegments(matcher, outcome, selector)
  const signIns = picked.filter(({ activity }) => activity === 'sign-in')
  if (signIns.length > 0) return signIns
  throw new ScenarioError(
    `${matcher}: no sign-in among what its selector picks, which is: ${picked.map(labelOf).join(', ')}`,
  )
}

function toldInWords({ told }: Refused): string {
  return Object.entries(told)
    .map(([words, times]) => `${words} ${times}`)
    .join(', ')
}

/** Those first that the claim fails by. */
function signInTable(signIns: readonly SegmentOutcome[], isNot: boolean): string[] {
  const shareOf = ({ results, inFaultIntents }: SegmentOutcome) =>
    inFaultIntents === 0 ? 0 : results.refused / inFaultIntents
  const sign = isNot ? -1 : 1
  return table(
    signIns.toSorted((one, other) => sign * (shareOf(one) - shareOf(other))),
    [
      { title: 'segment', of: labelOf },
      {
        title: 'refused',
        align: 'right',
        of: ({ results, inFaultIntents }) => `${results.refused} of ${inFaultIntents}`,
      },
      { title: 'share', align: 'right', of: segment => percent(shareOf(segment)) },
      { title: 'not served', of: notServed },
    ],
  )
}
