/** A database of auth and a real replica of it, which follows through a real fault proxy. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Fault } from '../../../../harness/faults/fault.ts'
import { createProxyServer } from '../../../../harness/proxy/server.ts'
import { DatabaseClient } from '../../../../harness/stack/database-client.ts'
import { startPostgresProcess } from '../../../../harness/stack/processes/postgres.ts'
import { ProxyControl } from '../../../../harness/stack/proxy-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { startReplication, withReplicas } from '../../../../harness/stack/stack-replica.ts'
import type { Link, Topology } from '../../../../harness/stack/topology.ts'
import { readFromReplica } from '../../../../services/auth/replica-reads.ts'
import { createPostgresStore } from '../../../../services/auth/store-postgres.ts'

const secret = { user: 'firebreak', password: 'only-for-tests', database: 'postgres' }
const link: Link = { name: 'sessions-replica-to-sessions', from: 'sessions-replica', to: 'sessions' }
const topology: Topology = withReplicas({
  services: [{ name: 'sessions', role: 'sessions', program: 'postgres', calls: [] }],
  doors: [],
  control: ['sessions'],
  cells: [],
})

async function startDatabase(name: string) {
  await using opened = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-lag-test-'))
  chmodSync(folder, 0o755)
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const server = await startPostgresProcess({ service: name, folder, ...secret })
  opened.defer(() => server.stop())
  const pool = new pg.Pool({ max: 3, host: '127.0.0.1', port: server.port, ...secret })
  opened.defer(() => pool.end())
  const store = createPostgresStore(pool)
  await store.migrate()
  const control = opened.use(new DatabaseClient(name, `127.0.0.1:${server.port}`, secret))
  const owned = opened.move()
  return { port: server.port, store, control, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

export async function startReplicaWorld() {
  await using opened = new AsyncDisposableStack()
  const primary = opened.use(await startDatabase('sessions'))
  const replica = opened.use(await startDatabase('sessions-replica'))
  const server = await createProxyServer({ host: '127.0.0.1', apiPort: 0 })
  opened.defer(() => server.close())
  const proxy = new ProxyControl(server.apiUrl)
  const upstream = `127.0.0.1:${primary.port}`
  const addresses = await proxy.open([{ link, listen: '127.0.0.1:0', upstream }])
  const databases = { sessions: primary.control, 'sessions-replica': replica.control }
  await startReplication({
    topology,
    databases,
    secrets: { sessions: secret, 'sessions-replica': secret },
    addressOf: () => addresses.get(link.name) ?? '',
  })
  const stack = { links: [link], topology, proxy, databases } as unknown as Stack
  let sessions = 0
  const owned = opened.move()
  return {
    proxy,
    link,
    inject: (fault: Fault) => fault.inject(stack),
    /** As an auth reads that takes the replica's word, and as one that does not take its "no". */
    findPlainly: readFromReplica(primary.store, replica.store, new Set()),
    findWithCare: readFromReplica(primary.store, replica.store, new Set(['tri-state-auth-result'])),
    /** Written where auth writes; gives its id. */
    async addSession(): Promise<string> {
      sessions += 1
      const sid = `sid-${sessions}`
      await primary.store.addSession({
        sid,
        kind: 'web',
        issuer: 'https://auth.test',
        subject: `subject-${sessions}`,
        username: `user-${sessions}`,
        clientId: 'feed',
        scope: undefined,
        expiresAtMs: Date.now() + 3_600_000,
        usedRefreshJti: undefined,
      })
      return sid
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
