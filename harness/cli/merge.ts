import type { Command } from 'commander'
import { HarnessError } from '../errors.ts'
import { mergeResults } from '../outcome/merge.ts'
import { readResults } from '../outcome/read-results.ts'
import { writeRun } from '../report/files.ts'
import { reportOf } from '../report/html/document.ts'
import { renderScoreboard, rowsOf } from '../report/scoreboard.ts'
import { styleFor } from '../report/style.ts'

export function addMerge(program: Command): void {
  program
    .command('merge')
    .description('makes the results of several shards one, with its scoreboard and its report')
    .argument('<results...>', 'files written by "firebreak run --shard"')
    .option('--out <folder>', 'where the results go', 'firebreak-results')
    .addHelpText('after', '\nExit codes: those of "firebreak run".')
    .action(async (paths: string[], { out }: { out: string }) => {
      const parts = paths.map(path => ({ name: path, results: readResults(path) }))
      const results = mergeResults(parts)
      const { written, failed } = writeRun({
        out,
        copy: undefined,
        results,
        logs: [],
        report: await reportOf(results),
      })
      if (failed.length > 0) throw new HarnessError(failed.join('; '))
      const lines = [
        ...renderScoreboard(rowsOf(results.runs), styleFor(process.stdout)),
        '',
        ...written.map(({ what, path }) => `${what.padEnd(8)} ${path}`),
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
      process.exitCode = Number(results.exitCode)
    })
}
