import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { messageOf } from '../errors.ts'
import type { Results } from '../outcome/results.ts'
import { exitCodeOf } from '../outcome/verdict.ts'

export interface LogFile {
  /** Name of the file, without its ending. */
  name: string
  text: string
}

export interface RunFiles {
  /** Folder for everything. */
  out: string
  /** One more place for the results. */
  copy: string | undefined
  results: Results
  /** What the services of a stack wrote; only of runs that did not hold. */
  logs: readonly LogFile[]
  /** The page to look at; undefined where it could not be made. */
  report: string | undefined
}

export interface WrittenFiles {
  written: { what: string; path: string }[]
  failed: string[]
}

/**
 * Writes what a run leaves. What cannot be written is said and makes the run a harness error; nothing else is lost by
 * it, so the results in `out` come last and carry the exit code.
 */
export function writeRun({ out, copy, results, logs, report }: RunFiles): WrittenFiles {
  const files: WrittenFiles = { written: [], failed: [] }
  for (const { name, text } of logs) write(files, 'log', join(resolve(out), 'logs', `${name}.log`), text)
  if (copy !== undefined) write(files, 'results', resolve(copy), toText(results))
  if (report !== undefined) write(files, 'report', join(resolve(out), 'report.html'), report)
  const exitCode = files.failed.length > 0 ? exitCodeOf(['error']) : results.exitCode
  write(files, 'results', join(resolve(out), 'results.json'), toText({ ...results, exitCode }))
  return files
}

function toText(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`
}

function write({ written, failed }: WrittenFiles, what: string, path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    written.push({ what, path })
  } catch (error) {
    failed.push(`${path} could not be written: ${messageOf(error)}`)
  }
}
