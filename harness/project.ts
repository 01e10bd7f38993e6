/**
 * What a project has of its own: `firebreak.config.ts` in the folder of the nearest package.json, from where firebreak is
 * called. Without one there are the shipped scenarios alone.
 */
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { messageIn, UsageError } from './errors.ts'
import { isOwnApp, type OwnApp } from './stack/apps.ts'
import type { Architecture } from './stack/architectures.ts'
import { rootFolder } from './stack/node-binary.ts'

const configFiles = [
  'firebreak.config.ts',
  'firebreak.config.mts',
  'firebreak.config.js',
  'firebreak.config.mjs',
]

export interface ProjectConfig {
  /** Folder of the project's own scenarios, seen from the file. Default: `scenarios`. */
  scenarios?: string
  /** Which of the shipped scenarios there are besides: all, none, or those of these names. Default: all. */
  shipped?: boolean | readonly string[]
  /** What `architecture()` made. */
  architectures?: readonly Architecture[]
  /** What `app()` made. */
  apps?: readonly OwnApp[]
}

/** For its types: gives back what it is given. */
export function defineConfig(config: ProjectConfig): ProjectConfig {
  return config
}

export interface Project {
  /** The file; undefined where there is none. */
  file: string | undefined
  /** Folder of its own scenarios; undefined where there is none. */
  scenarios: string | undefined
  shipped: boolean | readonly string[]
  architectures: readonly Architecture[]
  apps: readonly OwnApp[]
}

const configSchema = z.strictObject({
  scenarios: z.string().min(1).optional(),
  shipped: z.union([z.boolean(), z.array(z.string())]).optional(),
  architectures: z
    .array(z.custom<Architecture>(isArchitecture, 'it is not what architecture() makes'))
    .optional(),
  apps: z.array(z.custom<OwnApp>(isOwnApp, 'it is not what app() makes')).optional(),
})

function isArchitecture(value: unknown): boolean {
  const { name, base, mitigations } = (value ?? {}) as Partial<Architecture>
  return typeof name === 'string' && typeof base === 'string' && Array.isArray(mitigations)
}

const without: Project = { file: undefined, scenarios: undefined, shipped: true, architectures: [], apps: [] }
let loaded: { from: string; project: Promise<Project> } | undefined

/** The project around a folder, read once. Rejects with UsageError naming the file and what is wrong in it. */
export function projectAround(from = process.cwd()): Promise<Project> {
  if (loaded?.from !== from) loaded = { from, project: load(from) }
  return loaded.project
}

async function load(from: string): Promise<Project> {
  const home = homeOf(from)
  // The repository is no project around itself.
  const file = home === rootFolder ? undefined : configFiles.map(name => join(home, name)).find(existsSync)
  if (file === undefined) return without
  const { scenarios, shipped = true, architectures = [], apps = [] } = await read(file)
  const folder = resolve(home, scenarios ?? 'scenarios')
  if (scenarios !== undefined && !existsSync(folder))
    throw new UsageError(`${file}: scenarios: there is no folder ${folder}`)
  return { file, scenarios: existsSync(folder) ? folder : undefined, shipped, architectures, apps }
}

async function read(file: string): Promise<z.output<typeof configSchema>> {
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module
  } catch (error) {
    throw new UsageError(messageIn(file, error), { cause: error })
  }
  const parsed = configSchema.safeParse(module.default)
  if (parsed.success) return parsed.data
  throw new UsageError(
    `${file}: its default export makes no sense; write "export default defineConfig({ … })":\n${z.prettifyError(parsed.error)}`,
  )
}

/** The nearest folder upwards with a package.json; the one given if there is none. */
function homeOf(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) return from
  }
}

/** Where a scenario file imports firebreak from: the package, or in the repository the source beside it. */
export function importedAs(project: Project, folder: string): string {
  if (project.file !== undefined) return 'firebreak'
  return join(relative(folder, rootFolder), 'harness/index.ts')
}
