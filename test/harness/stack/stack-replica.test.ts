import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../../harness/errors.ts'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import { DatabaseClient } from '../../../harness/stack/database-client.ts'
import { environmentOf, newSecrets } from '../../../harness/stack/environment.ts'
import { startPostgresProcess } from '../../../harness/stack/processes/postgres.ts'
import { startReplication, withReplicas } from '../../../harness/stack/stack-replica.ts'
import { cellularFamily, family, linksOf, type Topology } from '../../../harness/stack/topology.ts'

describe('withReplicas', () => {
  test('gives each database of the family a replica that follows it, and auth both', () => {
    const topology = withReplicas(family)
    const spec = (name: string) => topology.services.find(service => service.name === name)
    expect(spec('sessions-replica')).toMatchObject({ program: 'postgres', calls: ['sessions'] })
    expect(spec('auth-1')?.calls).toEqual(['sessions', 'sessions-replica', 'config'])
    expect(topology.control).toEqual(expect.arrayContaining(['sessions', 'sessions-replica']))
    expect(spec('rival-sessions-replica')).toBeUndefined()
    expect(spec('rival-auth')?.calls).toEqual(['rival-sessions'])
    expect(linksOf(topology).map(({ name }) => name)).toContain('sessions-replica-to-sessions')
    expect(withReplicas(topology)).toEqual(topology)
    const cells = withReplicas(cellularFamily).services.filter(({ role }) => role === 'sessions-replica')
    expect(cells.map(({ name, cell }) => `${name} ${cell}`)).toContain('sessions-eu-replica eu')
  })

  test('tells auth where both are, and nobody else', () => {
    const topology = withReplicas(family)
    const parts = {
      topology,
      architecture: architectureOf('hardened'),
      secrets: newSecrets(topology),
      addressOf: (from: string, to: string) => `${from}--${to}:1`,
    }
    const environment = (name: string) => {
      const service = topology.services.find(each => each.name === name)
      return service ? environmentOf(service, parts) : {}
    }
    expect(new URL(environment('auth-1').DATABASE_URL ?? '').host).toBe('auth-1--sessions:1')
    expect(new URL(environment('auth-1').REPLICA_URL ?? '').host).toBe('auth-1--sessions-replica:1')
    expect(environment('rival-auth').REPLICA_URL).toBeUndefined()
    expect(JSON.parse(environment('auth-1').LINKS ?? '')).not.toHaveProperty('sessions-replica')
  })
})

const secret = { user: 'firebreak', password: 'only-for-tests', database: 'postgres' }
const topology: Topology = withReplicas({
  services: [{ name: 'sessions', role: 'sessions', program: 'postgres', calls: [] }],
  doors: [],
  control: ['sessions'],
  cells: [],
})

describe('startReplication', { timeout: 60_000 }, () => {
  async function startTwo() {
    await using opened = new AsyncDisposableStack()
    const ports: Record<string, number> = {}
    const databases: Record<string, DatabaseClient> = {}
    for (const name of ['sessions', 'sessions-replica']) {
      const folder = mkdtempSync(join(tmpdir(), 'firebreak-replica-test-'))
      chmodSync(folder, 0o755)
      opened.defer(() => rmSync(folder, { recursive: true, force: true }))
      const server = await startPostgresProcess({ service: name, folder, ...secret })
      opened.defer(() => server.stop())
      ports[name] = server.port
      databases[name] = opened.use(new DatabaseClient(name, `127.0.0.1:${server.port}`, secret))
      await databases[name].query('CREATE TABLE sessions (sid text PRIMARY KEY)')
    }
    const owned = opened.move()
    const secrets = { sessions: secret, 'sessions-replica': secret }
    const addressOf = (_from: string, to: string) => `127.0.0.1:${ports[to]}`
    const of = (name: string) => databases[name] as DatabaseClient
    return {
      world: { topology, databases, secrets, addressOf },
      add: (sid: string) => of('sessions').query('INSERT INTO sessions VALUES ($1)', [sid]),
      seen: async () =>
        (await of('sessions-replica').query('SELECT sid FROM sessions ORDER BY sid')).map(({ sid }) => sid),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  }

  test('brings what is there, and all that is written from then on; twice is as good as once', async () => {
    await using two = await startTwo()
    await two.add('a')
    await startReplication(two.world)
    expect(await two.seen()).toEqual(['a'])
    await startReplication(two.world)
    await two.add('b')
    await expect.poll(two.seen, { timeout: 20_000 }).toEqual(['a', 'b'])
  })

  test('says which database it has no way to', async () => {
    await expect(
      startReplication({ topology, databases: {}, secrets: {}, addressOf: () => '' }),
    ).rejects.toThrow(HarnessError)
  })
})
