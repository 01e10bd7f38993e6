/**
 * What the faults of stored data have in common: whose database it is, and what is done to several at once. They come as
 * SQL of the database's owner, as a migration or a hand on the console would. What they add there to keep their way
 * back is named `firebreak_…`, and gone after the undo.
 */
import { HarnessError, messageOf } from '../../errors.ts'
import type { DatabaseControl } from '../../stack/database-control.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Topology } from '../../stack/topology.ts'
import type { Evidence, Injected } from '../fault.ts'
import { servicePattern, serviceProblems, servicesNamed } from '../services.ts'

/** Which database: `sessions` (of the first cell, where there are cells), `sessions@eu`, `rival-sessions`. */
export const storePattern = servicePattern.default('sessions')

/** What is wrong with a pattern: nobody is named by it, or one that is no database. */
export function storeProblems(pattern: string, topology: Topology): string[] {
  const problems = serviceProblems(pattern, topology)
  if (problems.length > 0) return problems
  const databases = topology.services.filter(({ program }) => program === 'postgres').map(({ name }) => name)
  return servicesNamed(pattern, topology)
    .filter(name => !databases.includes(name))
    .map(name => `${name} is no database; there are: ${databases.join(', ')}`)
}

export function storeHolds(pattern: string, topology: Topology): string[] {
  return servicesNamed(pattern, topology).map(name => `database:${name}`)
}

export type StoreStack = Pick<Stack, 'databases' | 'topology'>

export interface Damage {
  kind: string
  /** Which databases. */
  store: string
  /** Does it to one. What it did not finish `repair` takes back. */
  damage(database: DatabaseControl): Promise<void>
  /** Takes it back. Idempotent. */
  repair(database: DatabaseControl): Promise<void>
  /** What is seen of it, in words; nothing if it has done nothing yet. */
  look(database: DatabaseControl): Promise<string | undefined>
  /** What is left of it, in words. Default: what is named `firebreak_…`. */
  remains?(database: DatabaseControl): Promise<string[]>
}

/** Does it to all of them. If one cannot be damaged, all are repaired. */
export async function injectDamage(
  { kind, store, damage, repair, look, remains = leftIn }: Damage,
  { databases, topology }: StoreStack,
): Promise<Injected> {
  const stores = servicesNamed(store, topology).map(name => {
    const database = databases[name]
    if (!database) throw new HarnessError(`${kind}: the stack gives its operator no way to ${name}`)
    return database
  })
  const undo = () => inAll(stores, repair)
  try {
    await inAll(stores, damage)
  } catch (error) {
    await undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
  return {
    undo,
    async evidence() {
      const seen = stores.map(async (database): Promise<Evidence[]> => {
        const observed = await look(database)
        if (observed === undefined) return []
        return [{ fault: kind, target: database.name, witness: `database ${database.name}`, observed }]
      })
      return (await Promise.all(seen)).flat()
    },
    remains: async () => (await Promise.all(stores.map(remains))).flat(),
  }
}

/** Waits for all of them: one still under way after the first failure would come after its undo. */
async function inAll(
  stores: readonly DatabaseControl[],
  act: (database: DatabaseControl) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(stores.map(act))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** What a fault has added to a database and not taken away. */
export async function leftIn(database: DatabaseControl): Promise<string[]> {
  const rows = await database.query<{ what: string }>(`
    SELECT relname AS what FROM pg_class WHERE relname LIKE 'firebreak\\_%' AND relkind = 'r'
    UNION ALL SELECT tgname FROM pg_trigger WHERE tgname LIKE 'firebreak\\_%'
    UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'firebreak\\_%'`)
  return rows.map(({ what }) => `${what} is in ${database.name} still`)
}

export async function tableIsThere(database: DatabaseControl, table: string): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    table,
  ])
  return row?.found === true
}
