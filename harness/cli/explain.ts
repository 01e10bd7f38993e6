import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { readResults } from '../outcome/read-results.ts'
import type { RunResult } from '../outcome/results.ts'
import { explain, needsInWords } from '../report/explain.ts'
import { loadScenarios, pickScenarios } from '../run/load-scenarios.ts'
import { architectureOf } from '../stack/architectures.ts'

const usualResults = join('firebreak-results', 'results.json')

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('says in five sentences what happened, and which mitigation matters')
    .argument('<scenario>')
    .argument('[architecture]', 'default: the one that was hit worst, or shared-fate')
    .option('--results <file>', `what was measured; default: ${usualResults}, if it is there`)
    .action(async (name: string, architecture: string | undefined, { results }: { results?: string }) => {
      const [found] = pickScenarios(await loadScenarios(), [name])
      if (!found) return
      const runs = runsIn(results).filter(({ scenario }) => scenario === name)
      const chosen = architecture === undefined ? worstOf(runs) : architectureOf(architecture).name
      const run = runs.findLast(each => each.architecture === chosen)
      const { title, story, needs = [], needsOneOf = [] } = found.scenario
      const sentences = explain({
        title,
        story,
        needs: needsInWords(needs, needsOneOf),
        architecture: chosen,
        run,
        others: runs,
      })
      process.stdout.write(`${sentences.map(wrapped).join('\n')}\n`)
    })
}

/** Runs of the file that is named, or of the usual one if it is there. */
function runsIn(path: string | undefined): readonly RunResult[] {
  if (path === undefined && !existsSync(usualResults)) return []
  return readResults(path ?? usualResults).runs
}

function worstOf(runs: readonly RunResult[]): string {
  const measured = runs.filter(({ outcome }) => outcome !== undefined)
  const worst = measured.toSorted((a, b) => (a.outcome?.isolation ?? 1) - (b.outcome?.isolation ?? 1))[0]
  return worst?.architecture ?? 'shared-fate'
}

const columns = 78

/** Broken at spaces, so that no line is longer than a terminal of 80 columns likes. */
function wrapped(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
