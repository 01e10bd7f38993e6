/** A run in five sentences: what was broken, who fell and how, who did not, how it came back, what would have mattered. */
import type { RunResult } from '../outcome/results.ts'
import { percent } from './percent.ts'

export interface Explained {
  /** What the scenario says of itself. */
  title: string
  story?: string | undefined
  needs: readonly string[]
  architecture: string
  /** The run, if there was one. */
  run?: RunResult | undefined
  /** Runs of the same scenario elsewhere. */
  others: readonly RunResult[]
}

export function explain({ title, story, needs, architecture, run, others }: Explained): string[] {
  const { outcome } = run ?? {}
  if (run === undefined || outcome === undefined)
    return [
      `${title}.`,
      ...(story === undefined ? [] : [story]),
      run === undefined
        ? `It has not been run on ${architecture} here, so that there are no numbers to it.`
        : `On ${architecture} nothing was measured: ${run.reasons[0] ?? 'there is no outcome'}.`,
      needed(needs, architecture, others),
    ]
  return [
    `${title}: ${brokenWords(run)}.`,
    sessionWords(run, outcome),
    harmWords(outcome),
    recoveryWords(outcome),
    needed(needs, architecture, others),
  ]
}

function brokenWords({ faults = [], architecture }: RunResult): string {
  if (faults.length === 0) return `on ${architecture} nothing was broken`
  const words = faults.map(
    ({ fault, target, from, until }) => `${fault} at ${target} for ${((until - from) / 1_000).toFixed(1)} s`,
  )
  return `on ${architecture}, ${words.join(', and ')}`
}

type Outcome = NonNullable<RunResult['outcome']>

function sessionWords(
  { architecture }: RunResult,
  { forcedLogouts, attribution = [], refusedSignIns }: Outcome,
): string {
  const told = refusedSignIns?.told['wrong-password'] ?? 0
  const passwords = told === 0 ? '' : `, and ${told} times somebody was told that a correct password is wrong`
  if (forcedLogouts.count === 0) return `Nobody lost a valid session on ${architecture}${passwords}.`
  const [first] = attribution
  const way =
    first === undefined
      ? ''
      : ` Most often ${first.app} ${first.surface} ${first.hop === null ? 'decided without asking anybody' : `asked auth, met “${first.answer ?? 'no answer'}”`} and took it for “${first.decision ?? 'no'}”.`
  return `${forcedLogouts.count} valid sessions (${percent(forcedLogouts.share)}) were thrown away${passwords}.${way}`
}

function harmWords({ isolation, segments, harmedOutside = [] }: Outcome): string {
  const spared = [
    ...new Set(
      segments
        .filter(({ harm, activity }) => activity !== 'sign-in' && harm !== null && harm <= 0.02)
        .map(({ app, surface }) => `${app} ${surface}`),
    ),
  ]
  const [worst] = harmedOutside
  const outside =
    worst === undefined
      ? 'nobody was harmed who was to be spared'
      : `${harmedOutside.length} segments were harmed that were to be spared, ${worst.app} ${worst.surface} ${worst.activity} worst (${percent(worst.harm)})`
  const rest = spared.length === 0 ? 'nobody went on as before' : `${list(spared)} went on as before`
  return `Isolation was ${isolation.toFixed(2)}: ${outside}; ${rest}.`
}

function recoveryWords({ recovery, timeToRecoverMs }: Outcome): string {
  if (recovery === 'stuck') return 'It did not come back, not even when all load was taken off for a while.'
  if (recovery === 'pushed')
    return 'It did not come back by itself, but did when all load was taken off for a while.'
  if (timeToRecoverMs === null) return 'Whether it came back cannot be said.'
  return timeToRecoverMs === 0
    ? 'There was nothing to come back from once the fault was gone.'
    : `It came back by itself ${(timeToRecoverMs / 1_000).toFixed(1)} s after the fault was gone.`
}

/** What a scenario needs, a phrase each: `a`, or `b or c`. */
export function needsInWords(
  needs: readonly string[],
  groups: readonly (readonly string[])[] = [],
): string[] {
  return [...needs, ...groups.map(group => group.join(' or '))]
}

function needed(needs: readonly string[], architecture: string, others: readonly RunResult[]): string {
  const matter = needs.length === 0 ? 'No mitigation here holds it' : `What matters is ${list(needs)}`
  const spared = others
    .filter(other => other.architecture !== architecture && other.outcome !== undefined)
    .toSorted((a, b) => (b.outcome?.isolation ?? 0) - (a.outcome?.isolation ?? 0))[0]
  if (spared?.outcome === undefined) return `${matter}.`
  return `${matter}: on ${spared.architecture} isolation was ${spared.outcome.isolation.toFixed(2)}, and ${percent(spared.outcome.forcedLogouts.share)} of the sessions were lost.`
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
