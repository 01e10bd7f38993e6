/**
 * What a stack with the feature `replica` has besides: each database of the family is followed by a replica, from which
 * auth reads sessions. What is written reaches the replica over a link like any other, `sessions-replica -> sessions`, so that
 * it can be late, or be lost.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError } from '../errors.ts'
import type { DatabaseControl } from './database-control.ts'
import type { DatabaseSecrets } from './driver.ts'
import type { ServiceSpec, Topology } from './topology.ts'

const suffix = '-replica'
/** The name of the publication, of the subscription and of its slot. */
export const stream = 'firebreak'
const readyMsMax = 30_000
const lookEveryMs = 50

export function isReplica(name: string): boolean {
  return name.endsWith(suffix)
}

/** With a replica for each database that the family's auths have; one that has them is left as it is. */
export function withReplicas(topology: Topology): Topology {
  if (topology.services.some(({ name }) => isReplica(name))) return topology
  const followed = topology.services.filter(
    ({ role, program }) => role === 'sessions' && program === 'postgres',
  )
  const replicaOf = (service: ServiceSpec): ServiceSpec => ({
    ...service,
    name: `${service.name}${suffix}`,
    role: `${service.role}${suffix}`,
    calls: [service.name],
  })
  const names = new Set(followed.map(({ name }) => name))
  const withReplica = (name: string) => (names.has(name) ? [name, `${name}${suffix}`] : [name])
  return {
    ...topology,
    services: topology.services.flatMap(service => [
      { ...service, calls: service.calls.flatMap(withReplica) },
      ...(names.has(service.name) ? [replicaOf(service)] : []),
    ]),
    control: [...new Set([...topology.control, ...[...names].flatMap(withReplica)])],
  }
}

export interface ReplicationWorld {
  topology: Topology
  databases: Readonly<Record<string, DatabaseControl>>
  secrets: Readonly<Record<string, DatabaseSecrets>>
  /** `host:port` at which a replica reaches the link to its database. */
  addressOf(from: string, to: string): string
}

/**
 * Lets every replica follow. Waits until auth has made the tables on both sides, and until the replica has what is there.
 * Idempotent. Rejects with HarnessError.
 */
export async function startReplication(world: ReplicationWorld): Promise<void> {
  const replicas = world.topology.services.filter(
    ({ name, program }) => program === 'postgres' && isReplica(name),
  )
  await Promise.all(replicas.map(({ name, calls: [primary = ''] }) => follow(name, primary, world)))
}

async function follow(
  name: string,
  primary: string,
  { databases, secrets, addressOf }: ReplicationWorld,
): Promise<void> {
  const [from, to, shown] = [databases[primary], databases[name], secrets[primary]]
  if (!from || !to || !shown)
    throw new HarnessError(`the stack gives its operator no way to ${name} or ${primary}`)
  const end = Date.now() + readyMsMax
  for (const each of [from, to])
    await until(
      end,
      `${each.name} has no table of sessions`,
      each,
      `SELECT to_regclass('sessions') IS NOT NULL AS ok`,
    )
  const [published] = await from.query(`SELECT 1 FROM pg_publication WHERE pubname = '${stream}'`)
  if (!published) await from.query(`CREATE PUBLICATION ${stream} FOR TABLE sessions`)
  const [host = '', port = ''] = addressOf(name, primary).split(':')
  const { user, password, database } = shown
  const [subscribed] = await to.query(`SELECT 1 FROM pg_subscription WHERE subname = '${stream}'`)
  if (!subscribed)
    await to.query(
      `CREATE SUBSCRIPTION ${stream} CONNECTION 'host=${host} port=${port} user=${user} password=${password} dbname=${database}' PUBLICATION ${stream}`,
    )
  const copied = `SELECT bool_and(srsubstate = 'r') AS ok FROM pg_subscription_rel`
  await until(end, `${name} does not follow ${primary}`, to, copied)
}

async function until(end: number, failure: string, database: DatabaseControl, sql: string): Promise<void> {
  for (;;) {
    const [row] = await database.query<{ ok: boolean }>(sql)
    if (row?.ok) return
    if (Date.now() > end) throw new HarnessError(`${failure} within ${readyMsMax} ms`)
    await sleep(lookEveryMs)
  }
}
