/** Which installed packages the programs in the service image need: the production closure of a few roots. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dependencies: z.record(z.string(), z.string()).optional(),
      peerDependencies: z.record(z.string(), z.string()).optional(),
      peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
    }),
  ),
})
type Lock = z.infer<typeof lockSchema>

/** Where Node finds a package when a file of the package at `from` asks for it: its place in the lock file. */
function placeOf(lock: Lock, name: string, from: string): string | undefined {
  const steps = (from === '' ? '' : `/${from}`).split('/node_modules/')
  return steps
    .map((_, index) => [...steps.slice(0, steps.length - index), name].join('/node_modules/').slice(1))
    .find(place => lock.packages[place] !== undefined)
}

/** Where npm has installed what a folder's programs need. */
export interface Installed {
  /** The folder that has node_modules. */
  home: string
  /** npm's account of what is there. */
  lockFile: string
  /** The place of the package in it that needs them; empty for the project itself. */
  from: string
}

/** Looks upwards from a folder. Throws a HarnessError where npm has not installed anything. */
export function installedAround(folder: string): Installed {
  for (let home = folder; ; home = dirname(home)) {
    const lockFile = ['package-lock.json', 'node_modules/.package-lock.json']
      .map(name => join(home, name))
      .find(existsSync)
    if (lockFile !== undefined) {
      const [, from = ''] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(relative(home, folder)) ?? []
      return { home, lockFile, from }
    }
    if (home === dirname(home))
      throw new HarnessError(
        `no package-lock.json around ${folder}: the containers runtime takes the packages that npm installed; without npm there is --runtime processes`,
      )
  }
}

/**
 * Folders (`node_modules/…`) of some packages and of all that they need to run, in order, read from an npm lock file, as
 * the package at `from` finds them. Optional dependencies and optional peers are left out. Throws a HarnessError naming a
 * package that the lock file lacks.
 */
export function productionFolders(lockFile: string, roots: readonly string[], from = ''): string[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(lockFile, 'utf8')))
  const folders = new Set<string>()
  const visit = (name: string, from: string) => {
    const place = placeOf(lock, name, from)
    if (place === undefined) {
      throw new HarnessError(`${lockFile} lacks ${name}, which ${from || 'a service'} needs: run npm install`)
    }
    if (folders.has(place)) return
    folders.add(place)
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = lock.packages[place] ?? {}
    for (const dependency of Object.keys(dependencies)) visit(dependency, place)
    const peers = Object.keys(peerDependencies).filter(peer => peerDependenciesMeta[peer]?.optional !== true)
    for (const peer of peers) visit(peer, place)
  }
  for (const root of roots) visit(root, from)
  return [...folders].sort()
}

/**
 * Paths, relative to `root` and in order, of all files below one of its folders that `keep` keeps (by default all).
 * Folders named node_modules inside it are passed over.
 */
export function filesBelow(root: string, folder: string, keep = (_name: string) => true): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(root, path, keep)
      return keep(entry.name) ? [path] : []
    })
}
