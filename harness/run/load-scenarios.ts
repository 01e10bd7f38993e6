import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageIn, messageOf, ScenarioError, UsageError } from '../errors.ts'
import { projectAround } from '../project.ts'
import type { Scenario } from '../scenario.ts'
import { loadOwn } from '../stack/load-own.ts'
import { rootFolder } from '../stack/node-binary.ts'
import { ownListNames } from '../stack/own-list.ts'

export const scenariosFolder = join(rootFolder, 'scenarios')

export interface NamedScenario {
  /** The name of its file, without the ending. */
  name: string
  scenario: Scenario
}

/**
 * Loads every scenario of a folder; without one, those of the project and the shipped ones that it takes: the control,
 * which breaks nothing, then the shortest first, then by name. Own apps and architectures come before all, since
 * scenarios may be about them. Throws one ScenarioError for all files that are wrong, and UsageError for a name that two have.
 */
export async function loadScenarios(folder?: string): Promise<NamedScenario[]> {
  await loadOwn(folder)
  const files = folder === undefined ? await projectFiles() : scenarioFiles(folder)
  const loaded = await Promise.allSettled(files.map(loadScenario))
  const problems = loaded.flatMap(result => (result.status === 'rejected' ? [messageOf(result.reason)] : []))
  if (problems.length > 0) throw new ScenarioError(problems.join('\n'))
  return loaded
    .flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    .toSorted((a, b) => controlFirst(a) - controlFirst(b) || a.scenario.timelineMs - b.scenario.timelineMs)
}

/** Paths of the scenario files of a folder, in order. */
function scenarioFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter(
      file =>
        endings.test(file) &&
        !/\.(spec|test|d)\./.test(file) &&
        !ownListNames.some(name => name === nameOf(file)),
    )
    .toSorted()
    .map(file => join(folder, file))
}

const endings = /\.m?[jt]s$/
const nameOf = (path: string) => basename(path).replace(endings, '')

/** Of the project around here, and of those that are shipped the ones that it wants. */
async function projectFiles(): Promise<string[]> {
  const { file, scenarios, shipped } = await projectAround()
  const own = scenarios === undefined ? [] : scenarioFiles(scenarios)
  const all = scenarioFiles(scenariosFolder)
  const unknown =
    typeof shipped === 'boolean' ? undefined : shipped.find(name => !all.some(path => nameOf(path) === name))
  if (unknown !== undefined)
    throw new UsageError(`${file}: shipped: there is no shipped scenario "${unknown}"`)
  const taken = all.filter(path => (typeof shipped === 'boolean' ? shipped : shipped.includes(nameOf(path))))
  const twice = own.find(path => taken.some(each => nameOf(each) === nameOf(path)))
  if (twice !== undefined)
    throw new UsageError(
      `${twice}: a shipped scenario has the name "${nameOf(twice)}" too; give it another, or leave that one out with "shipped" in ${basename(file ?? '')}`,
    )
  return [...taken, ...own]
}

function controlFirst({ scenario }: NamedScenario): number {
  return scenario.faults.length === 0 ? 0 : 1
}

/** The file of a scenario of the project or of those that are shipped. Throws UsageError for a name that is none. */
export async function scenarioFile(name: string): Promise<string> {
  const files = await projectFiles()
  const found = files.find(path => nameOf(path) === name)
  if (found !== undefined) return found
  throw new UsageError(`no scenario "${name}"; there are: ${files.map(nameOf).join(', ')}`)
}

/** Loads one. Rejects with ScenarioError, naming the file and the place in it. */
export async function loadScenario(path: string): Promise<NamedScenario> {
  let module: { default?: Scenario }
  try {
    module = (await import(pathToFileURL(path).href)) as typeof module
  } catch (error) {
    throw new ScenarioError(messageIn(path, error), { cause: error })
  }
  if (typeof module.default?.timelineMs !== 'number') {
    throw new ScenarioError(`${path}: has no scenario; write "export default scenario({ ... })"`)
  }
  return { name: nameOf(path), scenario: module.default }
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
