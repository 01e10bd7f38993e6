/** A real database with the tables of auth, and the store of auth as somebody who knows nothing of faults. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import type { Fault, Injected } from '../../../../harness/faults/fault.ts'
import { DatabaseClient } from '../../../../harness/stack/database-client.ts'
import { startPostgresProcess } from '../../../../harness/stack/processes/postgres.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { family } from '../../../../harness/stack/topology.ts'
import type { NewSession } from '../../../../services/auth/store.ts'
import { createPostgresStore, type PostgresStore } from '../../../../services/auth/store-postgres.ts'

const secrets = { user: 'firebreak', password: 'only-for-tests', database: 'postgres' }

export interface StoreWorld extends AsyncDisposable {
  /** Auth's, with connections and prepared statements that stand. */
  store: PostgresStore
  database: DatabaseClient
  inject(fault: Fault): Promise<Injected>
  addSession(more?: Partial<NewSession>): Promise<NewSession>
}

/** One for all tests of a `describe`, there while they run. */
export function useStoreWorld(): Omit<StoreWorld, keyof AsyncDisposable> {
  let world: StoreWorld
  beforeAll(async () => {
    world = await startStoreWorld()
  }, 60_000)
  afterAll(() => world?.[Symbol.asyncDispose]())
  return {
    get store() {
      return world.store
    },
    get database() {
      return world.database
    },
    inject: fault => world.inject(fault),
    addSession: more => world.addSession(more),
  }
}

export async function startStoreWorld(): Promise<StoreWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-data-test-'))
  chmodSync(folder, 0o755)
  const server = await startPostgresProcess({ service: 'sessions', folder, ...secrets })
  const pool = new pg.Pool({ max: 3, host: '127.0.0.1', port: server.port, ...secrets })
  const store = createPostgresStore(pool)
  await store.migrate()
  const database = new DatabaseClient('sessions', `127.0.0.1:${server.port}`, secrets)
  let sessions = 0
  return {
    store,
    database,
    inject: fault =>
      fault.inject({ databases: { sessions: database }, topology: family } as unknown as Stack),
    async addSession(more = {}) {
      sessions += 1
      const session: NewSession = {
        sid: `sid-${sessions}`,
        kind: 'mobile',
        issuer: 'https://auth.test',
        subject: `subject-${sessions}`,
        username: `user-${sessions}`,
        clientId: 'feed',
        scope: undefined,
        expiresAtMs: Date.now() + 3_600_000,
        usedRefreshJti: 'sign-in',
        ...more,
      }
      await store.addSession(session)
      return session
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await pool.end()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
