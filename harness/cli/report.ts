import { writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { HarnessError, messageOf } from '../errors.ts'
import { readResults } from '../outcome/read-results.ts'
import { readSensitivity } from '../outcome/sensitivity-file.ts'
import { reportOf } from '../report/html/document.ts'

export function addReport(program: Command): void {
  program
    .command('report')
    .description('makes the page to look at from a results file')
    .argument('[results]', 'a file written by "firebreak run"', 'firebreak-results/results.json')
    .option('--out <file>', 'where to write it; default: report.html beside the results')
    .option('--sensitivity <file>', 'shows what "firebreak sensitivity --json" wrote, too')
    .action(async (path: string, { out, sensitivity }: { out?: string; sensitivity?: string }) => {
      const results = readResults(path)
      const found = sensitivity === undefined ? undefined : readSensitivity(sensitivity)
      const target = resolve(out ?? join(dirname(path), 'report.html'))
      const page = await reportOf(results, found)
      try {
        writeFileSync(target, page)
      } catch (error) {
        throw new HarnessError(`${target} could not be written: ${messageOf(error)}`, { cause: error })
      }
      process.stdout.write(`report   ${target}\n`)
    })
}
