import { createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'

/** The repository's own folder (or the installed package's). */
export const rootFolder = resolve(import.meta.dirname, '../..')

/** Of every program here: TypeScript in the repository, what it is compiled to in the package. */
export const codeEnding = extname(import.meta.filename)

/** A program of this project, by its path without the ending: `harness/crowd/main`. */
export function programFile(path: string): string {
  return join(rootFolder, `${path}${codeEnding}`)
}

/** A Node that runs TypeScript as it is: this one if it can, else the one that the `node` package brings. */
export function nodeBinary(): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('node/package.json')), 'bin', 'node')
}
