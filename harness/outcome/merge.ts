/** Results of several machines, made one. */
import { UsageError } from '../errors.ts'
import type { Results } from './results.ts'
import { exitCodeOf } from './verdict.ts'

/** `named`: for messages. Throws a UsageError for results that do not belong together. */
export function mergeResults(parts: readonly { name: string; results: Results }[]): Results {
  const [first, ...rest] = parts
  if (!first) throw new UsageError('nothing to merge: name results files')
  for (const { name, results } of rest) {
    if (results.runtime !== first.results.runtime)
      throw new UsageError(
        `${name} is of runtime ${results.runtime}, and ${first.name} of ${first.results.runtime}: they are not shards of one run`,
      )
  }
  const runs = parts.flatMap(({ results }) => results.runs)
  const interrupted = parts.some(({ results }) => results.interrupted === true)
  const errors = parts.flatMap(({ results }) =>
    Array.isArray(results.errors) ? (results.errors as string[]) : [],
  )
  return {
    ...first.results,
    startedAt: parts.map(({ results }) => results.startedAt).toSorted()[0] ?? first.results.startedAt,
    wallMs: Math.max(...parts.map(({ results }) => results.wallMs)),
    runs,
    errors,
    interrupted,
    exitCode: exitCodeOf(interrupted || errors.length > 0 ? ['error'] : runs.map(({ verdict }) => verdict)),
  }
}
