/** The image that runs every service and the fault proxy: the Node image, their source, and the packages they need. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { codeEnding, rootFolder } from '../node-binary.ts'
import { imageId, layerImage, removeOldImages } from './engine-images.ts'
import { filesBelow, installedAround, productionFolders } from './production-files.ts'
import type { TarEntry } from './tar.ts'

const repository = 'firebreak/services'

/** The packages that services and the proxy import. All of them, and all that they need, are plain JavaScript. */
const roots = ['@hono/node-server', 'cockatiel', 'hono', 'jose', 'pg', 'undici', 'zod']
const sources = ['services', 'harness/proxy', 'harness/builds']

/** How many service images stay: that of this tree, and those of trees that another process may be about to run. */
const keptImages = 3

/** Who runs it: the number that every distribution gives the user `nobody`. */
export const nobody = '65534:65534'

const folder = 'firebreak'
const compileCache = `${folder}/compile-cache`
/** Writable for all: a volume that is mounted there for the first time takes that over. */
const openFolders = [compileCache, 'data']
const changes = [
  `WORKDIR /${folder}`,
  'ENV NODE_ENV=production',
  `ENV NODE_COMPILE_CACHE=/${compileCache}`,
  'ENTRYPOINT []',
  'CMD ["node"]',
]

/**
 * Starts every program once, so that its types are stripped and its code is compiled in the image, not at every start of
 * every service: half of what a start costs. Nothing comes of the programs: their port is none.
 */
function compiling(programs: readonly string[]): string[] {
  const script = `
    const { spawnSync } = require('node:child_process')
    const env = { ...process.env, NODE_COMPILE_CACHE: '/${compileCache}', PORT: 'none' }
    for (const program of ${JSON.stringify(programs)}) {
      const args = ['--disable-warning=ExperimentalWarning', program]
      spawnSync(process.execPath, args, { cwd: '/${folder}', env, timeout: 20000 })
    }
    if (require('node:fs').readdirSync('/${compileCache}').length === 0) throw new Error('nothing was compiled')`
  return ['node', '--eval', script]
}

/** The source files of the image, read once, so that the image holds exactly what its name was made from. */
function sourceEntries() {
  const paths = ['package.json', ...sources.flatMap(path => filesBelow(rootFolder, path))].filter(
    path => !path.endsWith('.d.ts'),
  )
  return paths.map(path => ({
    path: `${folder}/${path}`,
    mode: 0o644,
    content: readFileSync(join(rootFolder, path)),
  }))
}

/** TypeScript is not run inside packages; maps and papers are of no use at run time. */
function isNeeded(name: string): boolean {
  return !/\.([cm]?ts|map|md)$/.test(name)
}

/** The name of the image, made from all that is in it. The lock file stands for the packages. */
function nameFor(baseId: string, files: ReturnType<typeof sourceEntries>, lockFile: string): string {
  const hash = createHash('sha256').update(
    [baseId, ...roots, ...changes, ...openFolders, ...compiling([])].join('\0'),
  )
  hash.update(readFileSync(lockFile))
  for (const { path, content } of files) hash.update(`\0${path}\0`).update(content)
  return `${repository}:${hash.digest('hex').slice(0, 16)}`
}

/**
 * Makes sure that the image of this project's services is on the engine, on top of `base`; resolves to its name.
 */
export async function ensureServiceImage(
  docker: Docker,
  base: string,
  log: (line: string) => void,
): Promise<string> {
  const files = sourceEntries()
  const { home, lockFile, from } = installedAround(rootFolder)
  const name = nameFor((await imageId(docker, base)) ?? base, files, lockFile)
  if ((await imageId(docker, name)) !== undefined) return name
  const packages = productionFolders(lockFile, roots, from)
  const packageFiles = packages.flatMap(path => filesBelow(home, path, isNeeded))
  // What is installed inside this package is beside it in the image.
  const inImage = (path: string) =>
    from !== '' && path.startsWith(`${from}/`) ? path.slice(from.length + 1) : path
  log(`making ${name} from ${files.length} source files and ${packages.length} packages`)
  const entries: TarEntry[] = [
    ...packageFiles.map(path => ({
      path: `${folder}/${inImage(path)}`,
      mode: 0o644,
      file: join(home, path),
    })),
    ...files,
    ...openFolders.map(path => ({ path, mode: 0o1777, directory: true as const })),
  ]
  const programs = files
    .map(({ path }) => path.slice(folder.length + 1))
    .filter(path => path.endsWith(`/main${codeEnding}`))
  // The cache is kept by user, so it is filled by the one that the services run as.
  const run = { command: compiling(programs), user: nobody }
  await layerImage(docker, name, { base, entries, run, changes })
  await removeOldImages(docker, repository, keptImages)
  return name
}
