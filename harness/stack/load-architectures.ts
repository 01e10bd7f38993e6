/** Users' own architectures: the default export of `architectures.ts` in a folder of scenarios, and those of a project's configuration. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageIn, UsageError } from '../errors.ts'
import { projectAround } from '../project.ts'
import { type Architecture, architectures, defineArchitectures, knownArchitectures } from './architectures.ts'
import { rootFolder } from './node-binary.ts'

/** The names that the file may have. It holds no scenario. */
const files = ['architectures.ts', 'architectures.js']

/**
 * Makes known what a folder's file defines (without a folder: what the project around here and this one define), and
 * gives all architectures there are then. Rejects with UsageError, naming the file, where it cannot be read or defines
 * something else, and where two have one name.
 */
export async function loadArchitectures(folder?: string): Promise<readonly Architecture[]> {
  const project = folder === undefined ? await projectAround() : undefined
  const folders = project ? [join(rootFolder, 'scenarios'), project.scenarios] : [folder]
  const found = await Promise.all(folders.map(each => (each === undefined ? [] : architecturesIn(each))))
  defineArchitectures([...found.flat(), ...(project?.architectures ?? [])])
  return knownArchitectures()
}

async function architecturesIn(folder: string): Promise<Architecture[]> {
  const path = files.map(name => join(folder, name)).find(existsSync)
  if (path === undefined) return []
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    return definedIn(module.default)
  } catch (error) {
    throw new UsageError(messageIn(path, error), { cause: error })
  }
}

function definedIn(value: unknown): Architecture[] {
  const isOwn = (each: unknown): each is Architecture =>
    typeof (each as Architecture | null)?.name === 'string' &&
    Array.isArray((each as Architecture).mitigations) &&
    architectures.some(({ name }) => name === (each as Architecture).base)
  if (Array.isArray(value) && value.every(isOwn)) return value
  throw new UsageError(
    "its default export is no list of architectures; write \"export default [architecture('name', { base: 'hardened', without: ['…'] })]\"",
  )
}
