/** A comparison, as people read it: what got worse first, each with the cell it is in. */
import type { Change, Comparison } from '../outcome/comparison.ts'
import type { Style } from './style.ts'

const shownMax = 40

export function renderComparison({ changes, missing, added, compared }: Comparison, style: Style): string[] {
  const of = (kind: Change['kind']) => changes.filter(change => change.kind === kind)
  const [worse, better] = [of('regression'), of('improvement')]
  return [
    '',
    `  ${style.bold('compared')}  ${compared} ${compared === 1 ? 'run' : 'runs'}: ${worse.length} worse, ${better.length} better`,
    ...listOf(worse, change => style.bold(style.red(change)), 'worse '),
    ...listOf(better, style.green, 'better'),
    ...(missing.length === 0 ? [] : [`  ${style.yellow('not run now')}  ${inShort(missing)}`]),
    ...(added.length === 0 ? [] : [`  ${style.dim('not in the baseline')}  ${inShort(added)}`]),
  ]
}

function listOf(changes: readonly Change[], paint: (text: string) => string, word: string): string[] {
  const shown = changes.slice(0, shownMax).map(change => `    ${paint(word)}  ${wordsOf(change)}`)
  return changes.length > shownMax ? [...shown, `    and ${changes.length - shownMax} more`] : shown
}

/** `wrong-issuer on hardened, feed web all browse: goodput 100 % -> 40 % (floor 15 % and chance)` */
export function wordsOf({ scenario, architecture, cell, measure, before, after, floor }: Change): string {
  const place = cell === undefined ? '' : `, ${cell}`
  return `${scenario} on ${architecture}${place}: ${measure} ${before} -> ${after} (floor ${floor})`
}

const namedMax = 6

/** A few by name: a single scenario held against the baseline of a library leaves a hundred out. */
function inShort(names: readonly string[]): string {
  const more = names.length - namedMax
  return more <= 0 ? names.join(', ') : `${names.slice(0, namedMax).join(', ')} and ${more} more`
}
