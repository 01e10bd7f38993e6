import type { Command } from 'commander'
import { UsageError } from '../errors.ts'
import { readBaseline } from '../outcome/baseline.ts'
import { type Comparison, compare } from '../outcome/comparison.ts'
import { readNoise } from '../outcome/noise.ts'
import { renderComparison } from '../report/comparison.ts'
import { styleFor } from '../report/style.ts'

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('says what got worse between two results files or baselines, cell by cell')
    .argument('<old>', 'a baseline, or a results file')
    .argument('<new>', 'the same')
    .option('--noise <file>', 'what `firebreak noise` wrote; default: firebreak-noise.json, if it is there')
    .option('--json', 'say it as JSON')
    .addHelpText('after', '\nExit codes: 0 nothing got worse, 1 something did, 64 wrong usage.')
    .action((old: string, now: string, options: { noise?: string; json?: boolean }) => {
      const compared = compareFiles(old, now, options.noise)
      const text = options.json
        ? JSON.stringify(compared, null, 2)
        : renderComparison(compared, styleFor(process.stdout)).join('\n')
      process.stdout.write(`${text}\n`)
      process.exitCode = hasRegressed(compared) ? 1 : 0
    })
}

/** Throws a UsageError where there is nothing to compare: results of two runtimes, or none of the same scenario. */
export function compareFiles(oldPath: string, newPath: string, noisePath?: string): Comparison {
  const [old, now] = [readBaseline(oldPath), readBaseline(newPath)]
  if (old.runtime !== now.runtime)
    throw new UsageError(
      `${oldPath} is of runtime ${old.runtime} and ${newPath} of ${now.runtime}: their times cannot be compared`,
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
