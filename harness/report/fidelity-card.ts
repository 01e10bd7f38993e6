/** What each replay shows of the incident that it replays. */
import { numbersOf } from '../fidelity.ts'
import { compressionWords } from '../incident.ts'
import type { RunResult } from '../outcome/results.ts'
import type { Style } from './style.ts'

/** A card for each run that has one: what the account says, and the number that was seen of it. */
export function renderFidelity(runs: readonly RunResult[], style: Style): string[] {
  const cards = runs.flatMap(({ scenario, replays, about, fidelity }) =>
    fidelity === undefined ? [] : [{ scenario, origin: originOf(replays, about), fidelity }],
  )
  if (cards.length === 0) return []
  const facts = cards.flatMap(({ fidelity }) => fidelity)
  const seen = facts.filter(({ reproduced }) => reproduced).length
  return [
    '',
    `  likeness to what is replayed: ${seen} of ${facts.length} facts in ${cards.length === 1 ? 'one replay' : `${cards.length} replays`}`,
    ...cards.flatMap(({ scenario, origin, fidelity }) => [
      `  ${style.bold(scenario)}${style.dim(origin)}`,
      ...fidelity.map(finding => {
        const { fact, reproduced } = finding
        const mark = reproduced ? style.green('yes') : style.bold(style.red(' no'))
        return `    ${mark}  ${fact} ${style.dim(`(${numbersOf(finding)})`)}`
      }),
    ]),
  ]
}

function originOf(replays: string | undefined, about: RunResult['about']): string {
  if (replays === undefined) return ''
  return about?.compression === undefined
    ? ` (${replays})`
    : ` (${replays}; ${compressionWords(about.compression)})`
}
