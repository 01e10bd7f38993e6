import { readFileSync } from 'node:fs'
import { messageOf, UsageError } from '../errors.ts'
import { parseResults, type Results } from './results.ts'

/** Throws a UsageError for a file that cannot be read, or is none of results. */
export function readResults(path: string): Results {
  return parseResults(readText(path), path)
}

/** The text of a file that `writer` is to have written. Throws a UsageError where it cannot be read. */
export function readText(path: string, writer = 'firebreak run'): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = `${path} cannot be read: ${messageOf(error)}`
    throw new UsageError(`${why}. Give a file written by "${writer}".`, { cause: error })
  }
}
