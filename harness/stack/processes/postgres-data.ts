/**
 * The data folder of a database. What initdb makes of nothing is the same each time and takes most of a start, so it is
 * made once on a machine, as a template, and copied for each database. No password is in it that anybody knows.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StackError } from '../../errors.ts'
import { rootFolder } from '../node-binary.ts'
import { startOf } from '../process-identity.ts'
import type { Child } from './child.ts'

const execute = promisify(execFile)

export interface Identity {
  uid: number
  gid: number
}

/** Starts one of the programs of PostgreSQL, with something to read if it is given. */
type Run = (program: 'initdb' | 'postgres', args: readonly string[], input?: string) => Child

export interface DataOptions {
  /** Name in errors. */
  service: string
  /** An existing folder of its own. */
  folder: string
  user: string
  /** Who runs the server, if somebody else than this process. */
  identity: Identity | undefined
  /** What the server says of itself. */
  version: string
  run: Run
  /** Where templates are kept. Default: beside the project's packages. */
  templates?: string
}

const initdbArgs = ['--auth=scram-sha-256', '-E', 'UTF8', '--no-sync', '-N', '--wal-segsize=1']
const projectTemplates = join(rootFolder, 'node_modules', '.cache', 'firebreak-postgres')

/** Makes the data folder of a database below its folder, and gives its path. Nobody can sign in there yet. */
export async function makeDataFolder(options: DataOptions): Promise<string> {
  const { folder, templates = projectTemplates } = options
  const data = join(folder, 'data')
  const template = join(templates, templateName(options))
  if (existsSync(template)) {
    try {
      await copy(template, data)
      return data
    } catch {
      // Such as one of another user, or removed just now.
      rmSync(data, { recursive: true, force: true })
    }
  }
  await initialise(data, options)
  await keep(data, template, templates)
  return data
}

/** All that a template depends on. */
function templateName({ version, user, identity }: DataOptions): string {
  const owner = String(identity?.uid ?? process.getuid?.() ?? '')
  const parts = [version.trim(), user, owner, process.arch, ...initdbArgs]
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)
}

async function initialise(
  data: string,
  { service, folder, user, identity, run }: DataOptions,
): Promise<void> {
  const passwordFile = join(folder, 'password')
  mkdirSync(data, { mode: 0o700 })
  // One that nobody learns: setPassword replaces it.
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (identity) for (const path of [data, passwordFile]) chownSync(path, identity.uid, identity.gid)
  const initdb = run('initdb', ['-D', data, '-U', user, '--pwfile', passwordFile, ...initdbArgs])
  const ended = await initdb.exited
  rmSync(passwordFile, { force: true })
  if (ended !== 'ended with 0')
    throw new StackError(service, `initdb ${ended}`, { logs: initdb.logs().slice(-20) })
}

/** Keeps a copy as the template. Only an economy: where that cannot be done, the next database is initialised again. */
async function keep(data: string, template: string, templates: string): Promise<void> {
  const draft = join(templates, `draft-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    mkdirSync(templates, { recursive: true })
    removeDeadDrafts(templates)
    await copy(data, draft)
    // It appears whole, or not at all because another database's was there first.
    renameSync(draft, template)
  } catch {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Removes what processes that died while copying have left. */
function removeDeadDrafts(templates: string): void {
  for (const name of readdirSync(templates)) {
    const [, pid] = /^draft-(\d+)-/.exec(name) ?? []
    if (pid !== undefined && startOf(Number(pid)) === undefined)
      rmSync(join(templates, name), { recursive: true, force: true })
  }
}

/** With owners and permissions: a server takes only files of its own. */
async function copy(from: string, to: string): Promise<void> {
  await execute('cp', ['-Rp', from, to])
}

/**
 * Sets the password of a user in a data folder without a server, by the server's single-user mode: so that there is no
 * moment at which it could be reached with another one, or with none.
 */
export async function setPassword({
  service,
  data,
  user,
  password,
  run,
}: { data: string; password: string } & Pick<DataOptions, 'service' | 'user' | 'run'>): Promise<void> {
  const role = user.replaceAll('"', '""')
  const literal = password.replaceAll("'", "''")
  if (/[\r\n\\]/.test(role + literal))
    throw new StackError(service, 'its user or password has a line break or a backslash; choose others')
  const single = run(
    'postgres',
    ['--single', '-F', '-D', data, 'postgres'],
    `ALTER ROLE "${role}" PASSWORD '${literal}'\n`,
  )
  const ended = await single.exited
  // It ends with 0 whatever became of the statement.
  if (ended === 'ended with 0' && !single.logs().some(line => /\b(ERROR|FATAL|PANIC): /.test(line))) return
  throw new StackError(service, `its password could not be set: the server in single-user mode ${ended}`, {
    logs: single
      .logs()
      .filter(line => !line.includes('ALTER ROLE'))
      .slice(-20),
  })
}
