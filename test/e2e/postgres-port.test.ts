/** PostgreSQL cannot be told to let the kernel choose its port, so somebody else may be faster. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StackError } from '../../harness/errors.ts'
import { Child } from '../../harness/stack/processes/child.ts'
import { startPostgresProcess } from '../../harness/stack/processes/postgres.ts'

const credentials = { user: 'firebreak', password: 'only-for-tests' }
const portOf = (server: Server) => (server.address() as AddressInfo).port

/** Listens on a port of the kernel's choice. */
async function listen(): Promise<Server> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function freePort(): Promise<number> {
  const server = await listen()
  const port = portOf(server)
  await new Promise(resolve => server.close(resolve))
  return port
}

describe('a port that is taken before PostgreSQL takes it', () => {
  let folder: string
  let squatter: Server
  const children: Child[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-port-test-'))
    chmodSync(folder, 0o755)
    squatter = await listen()
  })

  afterEach(async () => {
    squatter.close()
    await Promise.all(children.splice(0).map(child => child.end('SIGQUIT')))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const start = (choosePort: () => Promise<number>) =>
    startPostgresProcess({
      service: 'sessions',
      folder,
      ...credentials,
      choosePort,
      spawn(options) {
        const child = new Child(options)
        children.push(child)
        return child
      },
    })

  test('is given up for another', async () => {
    const taken = portOf(squatter)
    let looks = 0
    const server = await start(async () => {
      looks += 1
      return looks < 3 ? taken : freePort()
    })
    expect(looks).toBe(3)
    expect(server.port).not.toBe(taken)
    const client = new pg.Client({
      host: '127.0.0.1',
      port: server.port,
      database: 'postgres',
      ...credentials,
    })
    await client.connect()
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  test('five times in a row is an error that names the ports, and nothing runs on', async () => {
    const taken = portOf(squatter)
    const error = await start(async () => taken).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StackError)
    expect((error as StackError).service).toBe('sessions')
    expect((error as StackError).message).toContain(Array(5).fill(taken).join(', '))
    for (const { process: child } of children) {
      expect(child.exitCode ?? child.signalCode, String(child.spawnargs)).not.toBeNull()
    }
  })
})
