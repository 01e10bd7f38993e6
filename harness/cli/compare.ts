import type { Command } from 'commander'
import { UsageError } from '../errors.ts'
import { agreementOf } from '../outcome/agreement.ts'
import { readBaseline } from '../outcome/baseline.ts'
import { type Comparison, compare } from '../outcome/comparison.ts'
import { readNoise } from '../outcome/noise.ts'
import { readResults } from '../outcome/read-results.ts'
import { renderAgreement } from '../report/agreement-table.ts'
import { renderComparison } from '../report/comparison.ts'
import { styleFor } from '../report/style.ts'

interface CompareOptions {
  noise?: string
  json?: boolean
  agreement?: boolean
}

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('says what got worse between two results files or baselines, cell by cell')
    .argument('<old>', 'a baseline, or a results file')
    .argument('<new>', 'the same')
    .option('--noise <file>', 'what `firebreak noise` wrote; default: firebreak-noise.json, if it is there')
    .option('--json', 'say it as JSON')
    .option('--agreement', 'of results of two runtimes: how far they agree')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing got worse (with --agreement: all verdicts are the same), 1 something did, 64 wrong usage.',
    )
    .action((old: string, now: string, options: CompareOptions) => {
      if (options.agreement) {
        process.exitCode = agree(old, now, options.json === true)
        return
      }
      const compared = compareFiles(old, now, options.noise)
      const text = options.json
        ? JSON.stringify(compared, null, 2)
        : renderComparison(compared, styleFor(process.stdout)).join('\n')
      process.stdout.write(`${text}\n`)
      process.exitCode = hasRegressed(compared) ? 1 : 0
    })
}

/** Says how far the results of two runtimes agree; gives the exit code. Throws UsageError where they share no run. */
function agree(onePath: string, otherPath: string, asJson: boolean): number {
  const [one, other] = [readResults(onePath), readResults(otherPath)]
  const agreement = agreementOf(one.runs, other.runs)
  if (agreement.pairs.length === 0)
    throw new UsageError(`nothing to compare: ${onePath} and ${otherPath} have no measured run in common`)
  const lines = renderAgreement(agreement, [one.runtime, other.runtime], styleFor(process.stdout))
  process.stdout.write(`${asJson ? JSON.stringify(agreement, null, 2) : lines.join('\n')}\n`)
  return agreement.pairs.every(({ verdicts: [first, second] }) => first === second) ? 0 : 1
}

/** Throws a UsageError where there is nothing to compare: results of two runtimes, or none of the same scenario. */
export function compareFiles(oldPath: string, newPath: string, noisePath?: string): Comparison {
  const [old, now] = [readBaseline(oldPath), readBaseline(newPath)]
  if (old.runtime !== now.runtime)
    throw new UsageError(
      `${oldPath} is of runtime ${old.runtime} and ${newPath} of ${now.runtime}: their times cannot be compared; --agreement says how far they agree`,
    )
  const noise = readNoise(noisePath ?? 'firebreak-noise.json')
  if (noisePath !== undefined && !noise) throw new UsageError(`--noise ${noisePath}: there is no such file`)
  const compared = compare(old, now, noise)
  if (compared.compared === 0)
    throw new UsageError(
      `nothing to compare: ${oldPath} and ${newPath} have no scenario and architecture in common`,
    )
  return compared
}

export function hasRegressed({ changes }: Comparison): boolean {
  return changes.some(({ kind }) => kind === 'regression')
}
