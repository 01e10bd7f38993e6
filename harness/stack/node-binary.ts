import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/** The repository's own folder (or the installed package's). */
export const rootFolder = resolve(import.meta.dirname, '../..')

/** A Node that runs TypeScript as it is: this one if it can, else the one that the `node` package brings. */
export function nodeBinary(): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('node/package.json')), 'bin', 'node')
}
