import type { Command } from 'commander'
import { catalogue } from '../faults/catalogue.ts'
import { styleFor } from '../report/style.ts'
import { loadScenarios } from '../run/load-scenarios.ts'
import { loadArchitectures } from '../stack/load-architectures.ts'

export function addList(program: Command): void {
  program
    .command('list')
    .description('list scenarios, faults and architectures')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const listing = await list()
      process.stdout.write(json ? `${JSON.stringify(listing, null, 2)}\n` : `${render(listing).join('\n')}\n`)
    })
}

type Listing = Awaited<ReturnType<typeof list>>

async function list() {
  const architectures = await loadArchitectures()
  const scenarios = await loadScenarios()
  return {
    schema: 1,
    scenarios: scenarios.map(
      ({ name, scenario: { title, story, cause, replays, scope, needs, verdict } }) => ({
        name,
        title,
        story,
        cause,
        replays,
        scope,
        needs: needs ?? [],
        architectures: Object.keys(verdict),
      }),
    ),
    faults: catalogue,
    architectures,
  }
}

function render({ scenarios, faults, architectures }: Listing): string[] {
  const style = styleFor(process.stdout)
  const width = Math.max(...[...scenarios, ...architectures].map(({ name }) => name.length), 12) + 2
  const row = (name: string, text: string) => `  ${style.bold(name.padEnd(width))}${text}`
  return [
    'Scenarios',
    ...scenarios.map(({ name, title, cause }) => row(name, `${title} ${style.dim(`(${cause})`)}`)),
    '',
    'Faults',
    ...faults.map(({ kind, summary, layer }) => row(kind, `${summary} ${style.dim(`(${layer})`)}`)),
    '',
    'Architectures',
    ...architectures.map(({ name, mitigations, base }) =>
      row(
        name,
        [
          ...(base === undefined ? [] : [style.dim(`your own, made from ${base}`)]),
          ...(mitigations.length === 0 ? ['no mitigations'] : mitigations),
        ].join(`\n  ${' '.repeat(width)}`),
      ),
    ),
    style.dim(
      '  Your own go into scenarios/architectures.ts: export default [architecture(name, { base, with, without })]',
    ),
  ]
}
