/** What `firebreak run` does with its results besides showing them: a baseline held against them, files for a CI. */
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { HarnessError, messageOf, UsageError } from '../errors.ts'
import { baselineOf, baselineText, readBaseline, updated } from '../outcome/baseline.ts'
import type { Comparison } from '../outcome/comparison.ts'
import { readResults } from '../outcome/read-results.ts'
import type { Results } from '../outcome/results.ts'
import { renderComparison } from '../report/comparison.ts'
import { junitOf } from '../report/junit.ts'
import { styleFor } from '../report/style.ts'
import { annotationsOf, summaryOf } from '../report/summary.ts'
import { compareFiles, hasRegressed } from './compare.ts'

export interface AfterRunOptions {
  baseline?: string
  updateBaseline?: boolean
  junit?: string
  summary?: string
  noise?: string
}

/** Before anything runs: minutes of measuring must not end in a baseline that cannot be read. Throws a UsageError. */
export function checkAfterRun({ baseline, updateBaseline }: AfterRunOptions): void {
  if (updateBaseline && baseline === undefined)
    throw new UsageError('--update-baseline needs --baseline, which says where')
  if (baseline === undefined) return
  if (existsSync(baseline)) readBaseline(baseline)
  else if (!updateBaseline)
    throw new UsageError(`--baseline ${baseline}: there is no such file; --update-baseline makes it`)
}

/** `code`: of the run itself. Gives the exit code: 1 where all held, and something is worse than the baseline all the same. */
export function afterRun(resultsFile: string, code: number, options: AfterRunOptions): number {
  let results: Results
  try {
    results = readResults(resultsFile)
  } catch {
    // It ended before there were any, and has said so.
    return code
  }
  const { baseline, updateBaseline = false, junit, summary, noise } = options
  // Who writes it anew wants it as it is now, whatever it was.
  const comparison =
    baseline !== undefined && !updateBaseline ? compareFiles(baseline, resultsFile, noise) : undefined
  if (comparison) say(renderComparison(comparison, styleFor(process.stdout)))
  if (baseline !== undefined) offerBaseline(baseline, results, { comparison, updateBaseline })
  if (junit !== undefined) write(junit, junitOf(results))
  if (summary !== undefined) write(summary, summaryOf(results.runs, comparison))
  const { GITHUB_STEP_SUMMARY, GITHUB_ACTIONS } = process.env
  if (GITHUB_STEP_SUMMARY) appendFileSync(GITHUB_STEP_SUMMARY, summaryOf(results.runs, comparison))
  if (GITHUB_ACTIONS === 'true') say(annotationsOf(results.runs, comparison))
  return code === 0 && comparison && hasRegressed(comparison) ? 1 : code
}

/** Writes it anew where that is asked for; else says how, where something got better. */
function offerBaseline(
  path: string,
  results: Results,
  { comparison, updateBaseline }: { comparison: Comparison | undefined; updateBaseline: boolean },
): void {
  if (!updateBaseline) {
    if (comparison?.changes.some(({ kind }) => kind === 'improvement'))
      say(['  something is better than the baseline: --update-baseline writes it down'])
    return
  }
  const known = existsSync(path) ? readBaseline(path) : undefined
  write(path, baselineText(updated(known, baselineOf(results))))
  say([`baseline ${resolve(path)}`])
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true })
    writeFileSync(path, text)
  } catch (error) {
    throw new HarnessError(`${path} could not be written: ${messageOf(error)}`, { cause: error })
  }
}

function say(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`)
}
