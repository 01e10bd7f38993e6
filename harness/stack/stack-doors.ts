/** Where the harness and the crowd come into a stack. */
import { DatabaseClient } from './database-client.ts'
import type { StackSecrets } from './environment.ts'
import { harness, internet, type Topology } from './topology.ts'

export interface StackDoors {
  /** Base address of each door and each control link, by the service behind it. */
  doors: Record<string, string>
  /** Those doors that who sends much reaches in a shorter way. */
  directDoors: Record<string, string>
  control: Record<string, string>
  /** Those databases that the harness has a link to. */
  databases: Record<string, DatabaseClient>
}

/** `outside`, `direct`: the address of each link that is reached from outside, by its name. */
export function stackDoors(
  topology: Topology,
  { outside, direct }: Record<'outside' | 'direct', ReadonlyMap<string, string>>,
  secrets: StackSecrets,
): StackDoors {
  const addresses = (from: string, names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, outside.get(`${from}-to-${name}`) ?? '']))
  const control = addresses(harness, topology.control)
  const databases = Object.entries(control).flatMap(([name, url]) => {
    const secret = secrets.databases[name]
    return secret ? [[name, new DatabaseClient(name, new URL(url).host, secret)] as const] : []
  })
  const directDoors = topology.doors.flatMap(name => {
    const address = direct.get(`${internet}-to-${name}`)
    return address === undefined ? [] : [[name, address] as const]
  })
  return {
    doors: addresses(internet, topology.doors),
    directDoors: Object.fromEntries(directDoors),
    control,
    databases: Object.fromEntries(databases),
  }
}
