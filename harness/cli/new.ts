import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { input, select } from '@inquirer/prompts'
import type { Command } from 'commander'
import { UsageError } from '../errors.ts'
import { catalogue } from '../faults/catalogue.ts'
import { layers } from '../faults/fault.ts'
import { newFault } from '../new/new-fault.ts'
import { newScenario } from '../new/new-scenario.ts'
import { newEntry } from '../new/own-list.ts'
import { surfaces } from '../outcome/history.ts'
import { importedAs, projectAround } from '../project.ts'
import { scenariosFolder } from '../run/load-scenarios.ts'
import { causes } from '../scenario.ts'
import { app, defineApps, phoneChecks } from '../stack/apps.ts'
import { architecture, architectureNames, mitigations } from '../stack/architectures.ts'
import { serviceNames } from '../stack/load-own.ts'
import { rootFolder } from '../stack/node-binary.ts'

const kinds = ['scenario', 'fault', 'architecture', 'app'] as const
type Kind = (typeof kinds)[number]

interface NewOptions {
  title?: string
  cause?: string
  fault: string[]
  scope: string[]
  layer?: string
  base?: string
  without: string[]
  surface: string[]
  phone?: string
}

export function addNew(program: Command): void {
  const each = (value: string, before: string[]) => [...before, ...value.split(',').map(part => part.trim())]
  program
    .command('new')
    .description('write a new scenario, fault, architecture or app, to begin with')
    .argument('<what>', `its name, for a scenario; or one of ${kinds.join(', ')}, and then the name`)
    .argument('[name]', 'lower-case letters, digits and hyphens')
    .option('--title <text>', 'a line that says what happens')
    .option('--cause <cause>', `of a scenario: ${causes.join(', ')}`)
    .option(
      '--fault <kinds>',
      'of a scenario: what is broken, one after the other; "firebreak list faults"',
      each,
      [],
    )
    .option(
      '--scope <apps>',
      'of a scenario: who may be harmed, as "feed", "feed:web" or ":mobile"',
      each,
      [],
    )
    .option('--layer <layer>', `of a fault: ${layers.join(', ')}`)
    .option('--base <name>', `of an architecture: ${architectureNames.join(', ')}`)
    .option('--without <mitigations>', 'of an architecture: what it lacks', each, [])
    .option('--surface <surfaces>', `of an app: ${surfaces.join(', ')}, or several`, each, [])
    .option('--phone <check>', `of an app with phones, how it checks them: ${phoneChecks.join(', ')}`)
    .addHelpText('after', '\nWhat is not said is asked for, where there is a terminal.')
    .action(async (what: string, name: string | undefined, options: NewOptions) => {
      const kind = name === undefined ? 'scenario' : kinds.find(known => known === what)
      if (kind === undefined)
        throw new UsageError(`there is nothing new of the kind "${what}"; there is: ${kinds.join(', ')}`)
      const lines = await make(kind, named(name ?? what), options)
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}

/** Gives what to say. */
async function make(kind: Kind, name: string, options: NewOptions): Promise<string[]> {
  if (kind === 'scenario') return await makeScenario(name, options)
  if (kind === 'fault') return await makeFault(name, options)
  if (kind === 'architecture') return await makeArchitecture(name, options)
  return await makeApp(name, options)
}

async function makeScenario(name: string, options: NewOptions): Promise<string[]> {
  const { folder, importFrom, begun } = await home()
  const file = free(join(folder, `${name}.ts`))
  if (existsSync(join(scenariosFolder, `${name}.ts`)) || existsSync(join(scenariosFolder, `${name}.js`)))
    throw new UsageError(`a shipped scenario has the name "${name}"; give it another`)
  const faults = options.fault.length > 0 ? options.fault : [await askedFault()]
  const cause = oneOf('--cause', options.cause ?? layerOf(faults[0]), causes)
  const title = options.title ?? (await asked('What happens, in a line?', `${sentence(name)}`))
  const text = newScenario({ title, cause, faults, scope: options.scope, importFrom })
  write(file, text)
  return [...begun, `wrote ${shown(file)}`, `run it: npx firebreak run ${name} --architecture hardened`]
}

async function makeFault(kind: string, options: NewOptions): Promise<string[]> {
  if (catalogue.some(each => each.kind === kind)) throw new UsageError(`there is a fault "${kind}" already`)
  const { folder, importFrom, begun } = await home()
  // Below the scenarios, where no scenario is looked for.
  const file = free(join(folder, 'faults', `${kind}.ts`))
  const layer = oneOf('--layer', options.layer ?? (await askedOf('Which layer?', layers)), layers)
  const summary = options.title ?? (await asked('What happens, in a line?', sentence(kind)))
  write(
    file,
    newFault({
      kind,
      layer,
      summary,
      importFrom: importFrom === 'firebreak' ? importFrom : join('..', importFrom),
    }),
  )
  return [...begun, `wrote ${shown(file)}`, `a scenario takes it: import { … } from './faults/${kind}.ts'`]
}

async function makeArchitecture(name: string, options: NewOptions): Promise<string[]> {
  const { folder, importFrom, begun } = await home()
  const file = join(folder, 'architectures.ts')
  const base = oneOf('--base', options.base ?? 'hardened', architectureNames)
  const without = options.without.length > 0 ? options.without : [await askedOf('Without what?', mitigations)]
  const change = { base, without: without.map(each => oneOf('--without', each, mitigations)) }
  architecture(name, change)
  write(file, newEntry({ file, kind: 'architecture', name, definition: change, importFrom }))
  return [...begun, `wrote ${shown(file)}`, `run with it: npx firebreak run --architecture ${name}`]
}

async function makeApp(name: string, options: NewOptions): Promise<string[]> {
  const { folder, importFrom, begun } = await home()
  const file = join(folder, 'apps.ts')
  const title = options.title ?? (await asked('What do people call it?', sentence(name)))
  const on = options.surface.length > 0 ? options.surface : [await askedOf('Used how?', surfaces)]
  const definition = {
    title,
    surfaces: on.map(each => oneOf('--surface', each, surfaces)),
    ...(options.phone === undefined ? {} : { phone: oneOf('--phone', options.phone, phoneChecks) }),
  }
  defineApps([app(name, definition)], serviceNames())
  write(file, newEntry({ file, kind: 'app', name, definition, importFrom }))
  return [...begun, `wrote ${shown(file)}`, 'see it: npx firebreak up', 'it is in every run from now on']
}

/** Where a project's own is, and how it imports firebreak. A project that has none yet gets a configuration. */
async function home(): Promise<{ folder: string; importFrom: string; begun: string[] }> {
  const project = await projectAround()
  if (project.file !== undefined) {
    const folder = project.scenarios ?? join(dirname(project.file), 'scenarios')
    return { folder, importFrom: 'firebreak', begun: [] }
  }
  if (relative(rootFolder, resolve('.')).split('/')[0] !== '..')
    return { folder: scenariosFolder, importFrom: importedAs(project, scenariosFolder), begun: [] }
  const config = resolve('firebreak.config.ts')
  write(
    config,
    "import { defineConfig } from 'firebreak'\n\nexport default defineConfig({ scenarios: 'scenarios' })\n",
  )
  return { folder: resolve('scenarios'), importFrom: 'firebreak', begun: [`wrote ${shown(config)}`] }
}

function named(name: string): string {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= 40 && name !== 'architectures') return name
  throw new UsageError(
    `"${name}" is no name: write lower-case letters, digits and hyphens, 40 at most, as in "slow-keys"`,
  )
}

function free(file: string): string {
  if (existsSync(file)) throw new UsageError(`${file}: is there already; give it another name`)
  return file
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find(each => each === value)
  if (found !== undefined) return found
  throw new UsageError(`${option} "${value}": there is: ${known.join(', ')}`)
}

function layerOf(kind: string | undefined): string {
  return catalogue.find(each => each.kind === kind)?.layer ?? 'network'
}

function sentence(name: string): string {
  const words = name.replaceAll('-', ' ')
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

const shown = (file: string) => relative('.', file) || basename(file)
const isAsking = () => process.stdin.isTTY === true && process.stdout.isTTY === true

async function asked(message: string, otherwise: string): Promise<string> {
  return isAsking() ? await input({ message, default: otherwise }) : otherwise
}

async function askedOf(message: string, known: readonly string[]): Promise<string> {
  if (isAsking()) return await select({ message, choices: known.map(value => ({ value })) })
  return known[0] ?? ''
}

async function askedFault(): Promise<string> {
  if (!isAsking())
    throw new UsageError('--fault is missing: what is broken? "firebreak list faults" shows what there is')
  return await select({
    message: 'What is broken?',
    choices: catalogue.map(({ kind, summary }) => ({ value: kind, description: summary })),
  })
}
