/** Users' own architectures: the default export of `architectures.ts` in the folder of the scenarios, if there is one. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, UsageError } from '../errors.ts'
import { type Architecture, architectures, defineArchitectures, knownArchitectures } from './architectures.ts'
import { rootFolder } from './node-binary.ts'

/** The name of the file. It holds no scenario. */
export const architecturesFile = 'architectures.ts'

/**
 * Makes known what the file of a folder defines, and gives all architectures there are then.
 * Rejects with UsageError, naming the file, where it cannot be read or defines something else.
 */
export async function loadArchitectures(
  folder = join(rootFolder, 'scenarios'),
): Promise<readonly Architecture[]> {
  const path = join(folder, architecturesFile)
  if (!existsSync(path)) return knownArchitectures()
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
    defineArchitectures(definedIn(module.default))
  } catch (error) {
    // Only the stack of a syntax error says where it is, in its first line.
    const place = error instanceof SyntaxError ? (error.stack?.split('\n')[0] ?? path) : path
    throw new UsageError(`${place.includes(path) ? place : path}: ${messageOf(error)}`, { cause: error })
  }
  return knownArchitectures()
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
