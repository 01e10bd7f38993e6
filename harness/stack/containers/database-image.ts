/**
 * The image that runs a database: PostgreSQL, and a data folder that is initialised already. That takes most of a start
 * and comes to the same each time; so it is done once, when the image is made, and copied by each database. No password
 * is in it that anybody knows.
 */
import { createHash } from 'node:crypto'
import type Docker from 'dockerode'
import { imageId, layerImage, removeOldImages } from './engine-images.ts'
import type { TarEntry } from './tar.ts'

const repository = 'firebreak/database'
/** How many stay: that of this tree, and one that another tree may be about to run. */
const keptImages = 2

const template = '/firebreak-template'

/** The superuser `postgres` gets a password that nobody learns. */
const initialise = `#!/bin/sh
set -e
umask 077
read -r password </proc/sys/kernel/random/uuid
echo "$password" | LC_ALL=C initdb --pgdata=${template}/data --username=postgres --pwfile=/dev/stdin \\
  --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C --wal-segsize=1 --no-sync --no-instructions
echo 'host all all all scram-sha-256' >>${template}/data/pg_hba.conf
`

/**
 * Behaves like the official image's entry point, without needing root: the folders that it writes to are mounted
 * writable for all. User and database are made by a server in single-user mode, so that nobody can reach it before.
 */
const entryPoint = `#!/bin/sh
set -e
: "\${POSTGRES_PASSWORD:?must be set}"
: "\${POSTGRES_USER:=postgres}"
: "\${POSTGRES_DB:=$POSTGRES_USER}"
case "$POSTGRES_USER$POSTGRES_PASSWORD$POSTGRES_DB" in
  *[\\'\\"\\\\]*) echo 'POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB: no quotes or backslashes, please' >&2; exit 64 ;;
esac
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  umask 077
  cp -R ${template}/data "$PGDATA"
  {
    [ "$POSTGRES_USER" = postgres ] || echo "CREATE ROLE \\"$POSTGRES_USER\\" SUPERUSER LOGIN"
    echo "ALTER ROLE \\"$POSTGRES_USER\\" PASSWORD '$POSTGRES_PASSWORD'"
    [ "$POSTGRES_DB" = postgres ] || echo "CREATE DATABASE \\"$POSTGRES_DB\\""
  } | postgres --single -F -D "$PGDATA" postgres >/dev/null
fi
unset POSTGRES_PASSWORD
exec "$@"
`

const entries: readonly TarEntry[] = [
  { path: template.slice(1), mode: 0o1777, directory: true },
  // A volume that is mounted there for the first time takes that over.
  { path: 'var/lib/postgresql', mode: 0o1777, directory: true },
  { path: 'firebreak-initialise.sh', mode: 0o755, content: initialise },
  { path: 'firebreak-entrypoint.sh', mode: 0o755, content: entryPoint },
]
const changes = [
  // Just below the folder that is mounted, so that copying needs no other tool.
  'ENV PGDATA=/var/lib/postgresql/data',
  'ENTRYPOINT ["/firebreak-entrypoint.sh"]',
  'CMD ["postgres"]',
]
/** As the user that will copy it: nobody else can read it. */
const run = { command: ['/firebreak-initialise.sh'], user: 'postgres' }

/** Makes sure that the image is on the engine, on top of an image that has PostgreSQL; resolves to its name. */
export async function ensureDatabaseImage(
  docker: Docker,
  base: string,
  log: (line: string) => void,
): Promise<string> {
  const paths = entries.map(({ path }) => path)
  const recipe = [(await imageId(docker, base)) ?? base, initialise, entryPoint, ...changes, ...paths].join(
    '\0',
  )
  const name = `${repository}:${createHash('sha256').update(recipe).digest('hex').slice(0, 16)}`
  if ((await imageId(docker, name)) !== undefined) return name
  log(`making ${name}, with a database that is initialised already`)
  await layerImage(docker, name, { base, entries, run, changes })
  await removeOldImages(docker, repository, keptImages)
  return name
}
