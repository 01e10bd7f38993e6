/** How far two runtimes agree, a line for each run. */
import { type Agreement, bands, type Pair } from '../outcome/agreement.ts'
import type { Style } from './style.ts'

export function renderAgreement(
  { pairs, left }: Agreement,
  [one, other]: readonly [string, string],
  style: Style,
): string[] {
  const same = pairs.filter(({ verdicts }) => verdicts[0] === verdicts[1]).length
  const within = pairs.filter(({ apart }) => apart.length === 0).length
  const head = `${'scenario'.padEnd(21)} ${'architecture'.padEnd(12)} verdict              logged out  isolation    amplification`
  return [
    `  ${one} / ${other}`,
    '',
    `  ${style.dim(head)}`,
    ...pairs.map(pair => lineOf(pair, style)),
    '',
    `  verdicts: ${same} of ${pairs.length} the same`,
    `  numbers: ${within} of ${pairs.length} within the bands (logged out ${bands.forcedLogouts}, isolation ${bands.isolation}, amplification ${bands.amplification} times)`,
    ...(left.length === 0 ? [] : [`  without an outcome on one of them: ${left.join(', ')}`]),
  ]
}

function lineOf({ scenario, architecture, verdicts, numbers, apart }: Pair, style: Style): string {
  const [first, second] = verdicts
  const verdict = (first === second ? first : `${first} / ${second}`).padEnd(20)
  const shown = (measure: keyof typeof numbers, digits: number, width: number) => {
    const text = numbers[measure].map(each => each?.toFixed(digits) ?? '-').join(' / ')
    return apart.includes(measure) ? style.red(`${text}!`.padEnd(width)) : text.padEnd(width)
  }
  return `  ${scenario.padEnd(21)} ${architecture.padEnd(12)} ${first === second ? verdict : style.red(verdict)} ${shown('forcedLogouts', 2, 11)} ${shown('isolation', 2, 12)} ${shown('amplification', 2, 0)}`.trimEnd()
}
