/** What users define of their own beside their scenarios: the default export of a file of a known name, a list. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageIn, UsageError } from '../errors.ts'
import type { Project } from '../project.ts'
import { rootFolder } from './node-binary.ts'

/** Names of files in a folder of scenarios that hold no scenario. */
export const ownListNames = ['apps', 'architectures'] as const

export interface OwnList<T> {
  name: (typeof ownListNames)[number]
  isOne(value: unknown): value is T
  /** How a right one begins: `app('name', { … })`. */
  example: string
}

/**
 * The list of a folder's file; without a folder those of the project around here and of this one. Rejects with UsageError,
 * naming the file, where it cannot be read or holds something else.
 */
export async function ownList<T>(
  list: OwnList<T>,
  from: { folder: string | undefined; project: Project | undefined },
): Promise<T[]> {
  const folders =
    from.folder === undefined ? [join(rootFolder, 'scenarios'), from.project?.scenarios] : [from.folder]
  const found = await Promise.all(folders.map(each => (each === undefined ? [] : listIn(each, list))))
  return found.flat()
}

async function listIn<T>(folder: string, { name, isOne, example }: OwnList<T>): Promise<T[]> {
  const path = ['ts', 'js'].map(ending => join(folder, `${name}.${ending}`)).find(existsSync)
  if (path === undefined) return []
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    if (Array.isArray(module.default) && module.default.every(isOne)) return module.default
    throw new UsageError(`its default export is no list of ${name}; write "export default [${example}]"`)
  } catch (error) {
    throw new UsageError(messageIn(path, error), { cause: error })
  }
}
