import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, ScenarioError, UsageError } from '../errors.ts'
import type { Scenario } from '../scenario.ts'
import { architecturesFile, loadArchitectures } from '../stack/load-architectures.ts'
import { rootFolder } from '../stack/node-binary.ts'

export const scenariosFolder = join(rootFolder, 'scenarios')

export interface NamedScenario {
  /** The name of its file, without the ending. */
  name: string
  scenario: Scenario
}

/**
 * Loads every scenario of a folder: the control, which breaks nothing, then the shortest first, then by name. The
 * folder's own architectures come before all, since scenarios may predict something for them. Throws one ScenarioError
 * for all files that are wrong.
 */
export async function loadScenarios(folder = scenariosFolder): Promise<NamedScenario[]> {
  await loadArchitectures(folder)
  const files = readdirSync(folder)
    .filter(file => file.endsWith('.ts') && !file.endsWith('.spec.ts') && file !== architecturesFile)
    .toSorted()
  const loaded = await Promise.allSettled(files.map(file => load(join(folder, file))))
  const problems = loaded.flatMap(result => (result.status === 'rejected' ? [messageOf(result.reason)] : []))
  if (problems.length > 0) throw new ScenarioError(problems.join('\n'))
  return loaded
    .flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    .toSorted((a, b) => controlFirst(a) - controlFirst(b) || a.scenario.timelineMs - b.scenario.timelineMs)
}

function controlFirst({ scenario }: NamedScenario): number {
  return scenario.faults.length === 0 ? 0 : 1
}

async function load(path: string): Promise<NamedScenario> {
  let module: { default?: Scenario }
  try {
    module = (await import(pathToFileURL(path).href)) as typeof module
  } catch (error) {
    // Only the stack of a syntax error says where it is, in its first line.
    const place = error instanceof SyntaxError ? (error.stack?.split('\n')[0] ?? path) : path
    throw new ScenarioError(`${place.includes(path) ? place : path}: ${messageOf(error)}`, { cause: error })
  }
  if (typeof module.default?.timelineMs !== 'number') {
    throw new ScenarioError(`${path}: has no scenario; write "export default scenario({ ... })"`)
  }
  return { name: basename(path, '.ts'), scenario: module.default }
}

/** Picks scenarios by name; all if none is named. Throws UsageError for a name that is none. */
export function pickScenarios(all: readonly NamedScenario[], names: readonly string[]): NamedScenario[] {
  const unknown = names.filter(name => !all.some(entry => entry.name === name))
  if (unknown.length > 0) {
    const plural = unknown.length === 1 ? 'no scenario' : 'no scenarios'
    const known = all.map(({ name }) => name).join(', ')
    throw new UsageError(`${plural} ${unknown.map(name => `"${name}"`).join(', ')}; there are: ${known}`)
  }
  return names.length === 0 ? [...all] : all.filter(({ name }) => names.includes(name))
}
