/** What a run's outcome makes of its scenario's prediction. */
import { stripVTControlCharacters } from 'node:util'
import { messageOf, ScenarioError } from '../errors.ts'
import { type FidelityFinding, numbersOf } from '../fidelity.ts'
import type { Segment } from '../outcome/history.ts'
import type { Outcome } from '../outcome/outcome.ts'
import type { Verdict } from '../outcome/verdict.ts'
import type { OutcomeExpect } from '../playwright/matchers.ts'
import type { Scenario } from '../scenario.ts'
import { type Selector, selectorProblems } from '../scope.ts'
import { entryFor } from '../stack/architectures.ts'

export interface Judgement {
  verdict: Verdict
  reasons: string[]
}

export interface JudgeOptions {
  scenario: Pick<Scenario, 'verdict'>
  /** Name of the architecture that it ran on. */
  architecture: string
  expect: OutcomeExpect
  outcome: Outcome
  /** Why the run proves nothing, if so. */
  doubts: readonly string[]
  /** What of the incident that it replays it shows, where it has to. */
  fidelity?: readonly FidelityFinding[]
  /** What a verdict's selectors may pick from. */
  segments: readonly Segment[]
}

/** Judges a run. Rejects if the verdict function itself makes a mistake: it names what there is not, or throws. */
export async function judge({
  scenario,
  architecture,
  expect,
  outcome,
  doubts,
  fidelity = [],
  segments,
}: JudgeOptions): Promise<Judgement> {
  const broken: string[] = []
  // Serving somebody who was thrown out is worse than any outage, whatever a scenario predicts.
  if (outcome.falseAccepts > 0)
    broken.push(`${outcome.falseAccepts} false accepts: revoked sessions were served`)
  const open = [...doubts]
  const predict = entryFor(scenario.verdict, architecture)
  if (!predict) open.push(`no prediction for ${architecture}`)
  try {
    await predict?.({ outcome: withCheckedSelectors(outcome, segments), expect })
  } catch (error) {
    if (!isFailedExpectation(error)) throw error
    broken.push(stripVTControlCharacters(messageOf(error)))
  }
  for (const finding of fidelity)
    if (!finding.reproduced)
      broken.push(`it does not look like what it replays: ${finding.fact} (${numbersOf(finding)})`)
  // Without proof there is no claim, neither a good one nor a bad one; except that a false accept needs no other proof.
  if (open.length > 0 && outcome.falseAccepts === 0)
    return { verdict: 'not-proven', reasons: [...open, ...broken] }
  return broken.length > 0 ? { verdict: 'broke', reasons: broken } : { verdict: 'held', reasons: [] }
}

/**
 * Playwright's expect marks what it throws with the matcher's result. It does not where it was handed something that
 * cannot be compared: `null`, of a run that never recovered, is not less than 3 s, and the prediction did not hold.
 * Anything else is a mistake in the verdict itself.
 */
function isFailedExpectation(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    'matcherResult' in error ||
    /^Matcher error: received value/m.test(stripVTControlCharacters(error.message))
  )
}

/** The same outcome, which throws ScenarioError for a selector that could pick nothing: `count` would be a silent 0. */
function withCheckedSelectors(outcome: Outcome, segments: readonly Segment[]): Outcome {
  const checked = (selector: Selector = {}): Selector => {
    const problems = selectorProblems(selector, segments)
    if (problems.length > 0) throw new ScenarioError(`the verdict asks for ${problems.join('; ')}`)
    return selector
  }
  return {
    ...outcome,
    forcedLogouts: selector => outcome.forcedLogouts(checked(selector)),
    goodput: (selector, window) => outcome.goodput(checked(selector), window),
    harm: selector => outcome.harm(checked(selector)),
    refused: selector => outcome.refused(checked(selector)),
  }
}
