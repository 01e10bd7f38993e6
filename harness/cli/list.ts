import { Argument, type Command, Option } from 'commander'
import { catalogue } from '../faults/catalogue.ts'
import { type Style, styleFor } from '../report/style.ts'
import { loadScenarios } from '../run/load-scenarios.ts'
import { loadOwn } from '../stack/load-own.ts'
import { byLayer, faultTable, parametersOf, whereOf } from './fault-listing.ts'
import { byCause, byIncident, listed } from './scenario-listing.ts'

const kinds = ['scenarios', 'faults', 'architectures'] as const
type Kind = (typeof kinds)[number]

interface ListOptions {
  json?: boolean
  markdown?: boolean
  replays?: boolean
}

export function addList(program: Command): void {
  program
    .command('list')
    .description('list scenarios, faults and architectures')
    .addArgument(new Argument('[what]', 'only these').choices(kinds))
    .option('--json', 'as JSON; the parameters of faults as JSON Schema')
    .addOption(
      new Option('--replays', 'scenarios as a timeline of the incidents that they replay').conflicts('json'),
    )
    .addOption(new Option('--markdown', "the README's table of faults").conflicts('json').hideHelp())
    .action(async (what: Kind | undefined, options: ListOptions) => {
      const lines = options.markdown
        ? faultTable(catalogue)
        : options.replays
          ? incidentLines(await list('scenarios'))
          : asText(await list(what), options.json === true)
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}

/** What is not asked for is left out. */
async function list(what: Kind | undefined) {
  const wants = (kind: Kind) => what === undefined || what === kind
  const architectures = await loadOwn()
  return {
    schema: 1,
    ...(wants('scenarios') ? { scenarios: listed(await loadScenarios()) } : {}),
    ...(wants('faults') ? { faults: byLayer(catalogue) } : {}),
    ...(wants('architectures') ? { architectures } : {}),
  }
}

type Listing = Awaited<ReturnType<typeof list>>

function asText(listing: Listing, json: boolean): string[] {
  if (json) return [JSON.stringify(listing, null, 2)]
  const style = styleFor(process.stdout)
  const names = [...(listing.scenarios ?? []), ...(listing.architectures ?? [])].map(({ name }) => name)
  const kinds = (listing.faults ?? []).map(({ kind }) => kind)
  const width = Math.max(...[...names, ...kinds].map(({ length }) => length), 12) + 2
  const sections = [
    scenarioLines(listing.scenarios, width, style),
    faultLines(listing.faults, width, style),
    architectureLines(listing.architectures, width, style),
  ]
  return sections
    .filter(lines => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
}

function rowOf(name: string, lines: readonly string[], width: number, style: Style): string {
  return `  ${style.bold(name.padEnd(width))}${lines.join(`\n  ${' '.repeat(width)}`)}`
}

function scenarioLines(scenarios: Listing['scenarios'], width: number, style: Style): string[] {
  if (!scenarios) return []
  const sections = byCause(scenarios).flatMap(({ title, rows }) => [
    style.dim(`  ${title}`),
    ...rows.map(({ name, lines }) => rowOf(name, lines, width, style)),
  ])
  return [`Scenarios, by what is broken (${scenarios.length})`, ...sections]
}

function incidentLines({ scenarios = [] }: Listing): string[] {
  const style = styleFor(process.stdout)
  const { title, rows } = byIncident(scenarios)
  const width = Math.max(...rows.map(({ name }) => name.length), 0) + 2
  return [
    title,
    ...rows.map(({ name, lines: [first = '', ...more] }) =>
      rowOf(name, [first, ...more.map(line => style.dim(line))], width, style),
    ),
  ]
}

function faultLines(faults: Listing['faults'], width: number, style: Style): string[] {
  if (!faults) return []
  const rows = faults.map(fault => {
    const where = whereOf(fault)
    return rowOf(
      fault.kind,
      [
        `${fault.summary} ${style.dim(`(${fault.layer})`)}`,
        ...(where === '' ? [] : [where]),
        style.dim(parametersOf(fault.params).join(', ')),
      ],
      width,
      style,
    )
  })
  return ['Faults', ...rows]
}

function architectureLines(architectures: Listing['architectures'], width: number, style: Style): string[] {
  if (!architectures) return []
  const rows = architectures.map(({ name, mitigations, base }) =>
    rowOf(
      name,
      [
        ...(base === undefined ? [] : [style.dim(`your own, made from ${base}`)]),
        ...(mitigations.length === 0 ? ['no mitigations'] : mitigations),
      ],
      width,
      style,
    ),
  )
  const hint =
    '  Your own go into scenarios/architectures.ts: export default [architecture(name, { base, with, without })]'
  return ['Architectures', ...rows, style.dim(hint)]
}
