import { readFileSync } from 'node:fs'
import type { z } from 'zod'
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

/** What a file of JSON that `writer` is to have written holds. Throws a UsageError for one that is none of these. */
export function readWritten<T>(path: string, schema: z.ZodType<T>, writer: string): T {
  const text = readText(path, writer)
  const wrong = (why: string) => new UsageError(`${path}: ${why}. Give a file written by "${writer}".`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('is not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw wrong(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`)
}
