import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresProcess, startPostgresProcess } from '../../../harness/stack/processes/postgres.ts'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import { createPostgresStore } from '../../../services/auth/store-postgres.ts'
import { operator, startAuth, startAuthWithUser } from './helpers.ts'
import { storeContract } from './store-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'firebreak-auth-test-'))
chmodSync(folder, 0o755)
const credentials = { user: 'firebreak', password: 'only-for-tests' }
const { server, reason } = await start()
if (!server) console.warn(`PostgreSQL does not start here, its tests are skipped: ${reason}`)

async function start(): Promise<{ server?: PostgresProcess; reason?: unknown }> {
  try {
    return { server: await startPostgresProcess({ service: 'sessions', folder, ...credentials }) }
  } catch (error) {
    return { reason: error }
  }
}

const pools: pg.Pool[] = []
function openPool(options: pg.PoolConfig = {}): pg.Pool {
  const address = { host: '127.0.0.1', port: server?.port ?? 0, database: 'postgres', ...credentials }
  const pool = new pg.Pool({ max: 4, connectionTimeoutMillis: 5000, ...address, ...options })
  pools.push(pool)
  return pool
}

const cleanups: (() => Promise<void>)[] = []
afterAll(async () => {
  await Promise.allSettled(cleanups.map(cleanUp => cleanUp()))
  await Promise.allSettled(pools.map(pool => pool.end()))
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

describe.skipIf(!server)('the store in PostgreSQL', { timeout: 30_000 }, () => {
  // Processes that start together migrate together.
  beforeAll(() => Promise.all([1, 2, 3, 4].map(() => createPostgresStore(openPool()).migrate())))
  const shared = createPostgresStore(openPool())
  storeContract(() => shared)

  test('keeps what it has when it is migrated again', async () => {
    const store = createPostgresStore(openPool())
    await store.addUsers({
      issuer: 'https://kept',
      passwordHash: 'h',
      users: [{ username: 'a', subject: 's' }],
    })
    await store.migrate()
    expect(await store.hasUsers('https://kept')).toBe(true)
  })

  describe('of its connections', () => {
    const backendOf = async (pool: pg.Pool) =>
      Number((await pool.query('SELECT pg_backend_pid() AS pid')).rows[0]?.pid)

    test('keeps one on which the server refused a statement', async () => {
      const pool = openPool({ max: 1, options: '-c default_transaction_read_only=on' })
      const store = createPostgresStore(pool)
      const before = await backendOf(pool)
      for (const kid of ['a', 'b', 'c'])
        await expect(store.removeSigningKey(kid, 1)).rejects.toBeInstanceOf(StoreUnavailable)
      expect(await backendOf(pool)).toBe(before)
    })

    test('drops one that broke in the middle of a statement', async () => {
      const pool = openPool({ max: 1 })
      const store = createPostgresStore(pool)
      const before = await backendOf(pool)
      const lock = await openPool().connect()
      try {
        await lock.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE')
        const refused = expect(store.hasUsers('https://kept')).rejects.toBeInstanceOf(StoreUnavailable)
        const waits = "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'"
        while ((await lock.query(waits, [before])).rowCount === 0) await new Promise(setImmediate)
        await lock.query('SELECT pg_terminate_backend($1)', [before])
        await refused
      } finally {
        await lock.query('ROLLBACK')
        lock.release()
      }
      expect(await store.hasUsers('https://nobody')).toBe(false)
      expect(await backendOf(pool)).not.toBe(before)
    })
  })

  describe('serves auth', () => {
    // A database of its own: the contract leaves keys behind that no token can be signed with.
    async function openDatabase(): Promise<() => pg.Pool> {
      const name = `auth_${pools.length}`
      await openPool().query(`CREATE DATABASE ${name}`)
      await createPostgresStore(openPool({ database: name })).migrate()
      return () => openPool({ database: name })
    }

    test('from sign-in to revocation, across two processes that agree on one key', async () => {
      const open = await openDatabase()
      const [a, b] = [open(), open()].map(pool => startAuth({ store: createPostgresStore(pool) }))
      if (!a || !b) throw new Error('two were started')
      const [keysOfA, keysOfB] = await Promise.all([a.send('/jwks'), b.send('/jwks')])
      expect(keysOfA.body).toEqual(keysOfB.body)
      expect((await a.createUsers('user', 100)).body).toEqual({ count: 100, created: 100 })
      const [web, mobile] = [await a.signIn('web', 'user99'), await b.signIn('mobile')]
      expect(await b.introspect(web.session)).toMatchObject({ active: true, username: 'user99' })
      const next = await a.refresh(mobile.refresh_token)
      expect(await b.introspect(next.body.access_token)).toMatchObject({ active: true, sub: mobile.subject })
      await b.form('/revoke', { token: web.session })
      expect(await a.introspect(web.session)).toEqual({ active: false })
      expect((await a.send('/revocations')).body.revocations).toHaveLength(1)
    })

    test('from system token to its end, and with odd names', async () => {
      const auth = startAuth({ store: createPostgresStore((await openDatabase())()) })
      await auth.createClients('shop-', ['messages:read', 'messages:write'])
      const { access_token } = (await auth.clientCredentials('shop-0', { scope: 'messages:read' })).body
      expect(await auth.introspect(access_token)).toMatchObject({ active: true, scope: 'messages:read' })
      await auth.form('/revoke', { token: access_token })
      expect(await auth.introspect(access_token)).toEqual({ active: false })
      for (const name of ['shop\0', "'; DROP TABLE clients; --", 'é'])
        expect((await auth.clientCredentials(name)).status).toBe(401)
    })

    test('with races of two processes for one refresh token', async () => {
      const open = await openDatabase()
      const [a, b] = [open(), open()].map(pool => startAuth({ store: createPostgresStore(pool) }))
      if (!a || !b) throw new Error('two were started')
      await a.createUsers('user', 1)
      let token = (await a.signIn('mobile')).refresh_token
      for (let turn = 0; turn < 10; turn += 1) {
        const answers = await Promise.all([a, b, a, b].map(auth => auth.refresh(token)))
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
        token = answers[turn % 4]?.body.refresh_token
      }
      expect((await a.send('/revocations')).body.revocations).toHaveLength(0)
    })

    test('with keys that both of two processes change', async () => {
      const open = await openDatabase()
      const [a, b] = [open(), open()].map(pool =>
        startAuth({ store: createPostgresStore(pool), mitigations: ['jwks-overlap'] }),
      )
      if (!a || !b) throw new Error('two were started')
      const rotate = { method: 'POST', headers: operator }
      const answers = await Promise.all([a, b].map(auth => auth.send('/admin/keys/rotate', rotate)))
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      const { keys } = (await a.send('/admin/keys', { headers: operator })).body
      expect(keys[0]).toMatchObject({ state: 'signing' })
      const path = `/admin/keys/${keys[0].kid}?emergency=true`
      expect((await b.send(path, { method: 'DELETE', headers: operator })).status).toBe(200)
      await expect
        .poll(async () => JSON.stringify((await a.send('/jwks')).body), { timeout: 10_000 })
        .not.toContain(keys[0].kid)
    })

    test('with 503 while the way to it is cut, and well again afterwards', async () => {
      const open = await openDatabase()
      const { database } = open().options
      const gate = await openGate()
      const pool = openPool({ port: gate.port, ...(database === undefined ? {} : { database }) })
      const auth = await startAuthWithUser({ store: createPostgresStore(pool) })
      const { session } = await auth.signIn('web')
      await gate.shut()
      for (let asked = 0; asked < 3; asked += 1)
        expect(await auth.form('/introspect', { token: session })).toMatchObject({
          status: 503,
          body: { error: 'temporarily_unavailable' },
        })
      await gate.open()
      expect(await auth.introspect(session)).toMatchObject({ active: true })
    })
  })

  test('outlives an idle connection that is cut', async () => {
    const pool = openPool({ max: 1 })
    const store = createPostgresStore(pool)
    const { rows } = await pool.query('SELECT pg_backend_pid() AS pid')
    const removed = new Promise(resolve => pool.once('remove', resolve))
    await openPool().query('SELECT pg_terminate_backend($1)', [rows[0].pid])
    // Unless somebody listens, the pool's error now ends the process.
    await removed
    expect(await store.hasUsers('https://nobody')).toBe(false)
  })

  describe('is unavailable, not wrong,', () => {
    test('where nobody listens', async () => {
      const store = createPostgresStore(openPool({ port: 1 }))
      await expect(store.findSession('x')).rejects.toThrow(StoreUnavailable)
      await expect(store.migrate()).rejects.toThrow(StoreUnavailable)
    })

    test('when a connection is cut in the middle of a query', async () => {
      const pool = openPool({ max: 1 })
      const store = createPostgresStore(pool)
      const admin = openPool()
      const { rows } = await pool.query('SELECT pg_backend_pid() AS pid')
      const locker = await admin.connect()
      try {
        await locker.query('BEGIN; LOCK TABLE users')
        const waiting = expect(store.hasUsers('https://x')).rejects.toThrow(StoreUnavailable)
        await waitingForLock(admin, rows[0].pid)
        await admin.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
        await waiting
      } finally {
        await locker.query('ROLLBACK')
        locker.release()
      }
      expect(await store.hasUsers('https://nobody')).toBe(false)
    })

    test.each([
      ['statement_timeout', { statement_timeout: 100 }],
      ['query_timeout', { query_timeout: 100 }],
    ])('when an answer takes longer than %s', async (_title, limit) => {
      const store = createPostgresStore(openPool(limit))
      const locker = await openPool().connect()
      try {
        await locker.query('BEGIN; LOCK TABLE users')
        await expect(store.hasUsers('https://x')).rejects.toThrow(StoreUnavailable)
      } finally {
        await locker.query('ROLLBACK')
        locker.release()
      }
    })

    test('when it takes no writes', async () => {
      const store = createPostgresStore(openPool({ options: '-c default_transaction_read_only=on' }))
      expect(await store.findSession('x')).toBeUndefined()
      await expect(store.revokeSession('x', 1)).rejects.toThrow(StoreUnavailable)
    })
  })

  test('is wrong, not unavailable, without its tables', async () => {
    await openPool().query('CREATE DATABASE empty')
    const store = createPostgresStore(openPool({ database: 'empty' }))
    await expect(store.findSession('x')).rejects.toThrow('relation "sessions" does not exist')
    await expect(store.findSession('x')).rejects.not.toThrow(StoreUnavailable)
  })
})

async function waitingForLock(admin: pg.Pool, pid: number): Promise<void> {
  const text = `SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'`
  while ((await admin.query(text, [pid])).rowCount === 0) await new Promise(resolve => setTimeout(resolve, 5))
}

/** A way to the database that can be cut, with all who are on it. */
async function openGate() {
  const sockets = new Set<Socket>()
  const gate = createServer(inside => {
    const outside = connect(server?.port ?? 0, '127.0.0.1')
    for (const socket of [inside, outside]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    inside.pipe(outside).pipe(inside)
  })
  const listen = (port: number) => new Promise<void>(resolve => gate.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = gate.address() as AddressInfo
  const shut = () =>
    new Promise<void>(resolve => {
      gate.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  cleanups.push(shut)
  return { port, shut, open: () => listen(port) }
}
