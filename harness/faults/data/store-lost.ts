/**
 * What is stored is gone: a table is emptied by mistake, or a cache that held the only copy is started anew. Auth itself
 * is well and answers everybody, and honestly: it knows of no such session. The undo puts back what was there, beside
 * what was made meanwhile.
 */
import { z } from 'zod'
import type { DatabaseControl } from '../../stack/database-control.ts'
import { defineFault } from '../fault.ts'
import { injectDamage, storeHolds, storePattern, storeProblems, tableIsThere } from './stores.ts'

const tables = { sessions: ['sessions'], all: ['sessions', 'users', 'clients'] } as const

export const storeLost = defineFault({
  kind: 'store-lost',
  layer: 'data',
  summary: 'What is stored is gone: the sessions, or all of it',
  params: z.strictObject({
    store: storePattern,
    /** `all`: users and clients too. */
    what: z.enum(['sessions', 'all']).default('sessions'),
  }),
  target: ({ store }) => store,
  problems: ({ store }, topology) => storeProblems(store, topology),
  holds: ({ store }, topology) => storeHolds(store, topology),
  inject: ({ store, what }, stack) =>
    injectDamage(
      {
        kind: 'store-lost',
        store,
        damage: async database => {
          for (const table of tables[what]) await lose(database, table)
        },
        repair: async database => {
          for (const table of tables[what]) await putBack(database, table)
        },
        look: database => lossOf(database, tables[what]),
      },
      stack,
    ),
})

const keptOf = (table: string) => `firebreak_kept_${table}`

/** Statements that are sent together are one transaction. */
async function lose(database: DatabaseControl, table: string): Promise<void> {
  await database.query(`
    CREATE TABLE ${keptOf(table)} (LIKE ${table} INCLUDING ALL);
    WITH lost AS (DELETE FROM ${table} RETURNING *) INSERT INTO ${keptOf(table)} SELECT * FROM lost`)
}

async function putBack(database: DatabaseControl, table: string): Promise<void> {
  if (!(await tableIsThere(database, keptOf(table)))) return
  await database.query(`
    INSERT INTO ${table} SELECT * FROM ${keptOf(table)} ON CONFLICT DO NOTHING;
    DROP TABLE ${keptOf(table)}`)
}

async function lossOf(database: DatabaseControl, lost: readonly string[]): Promise<string | undefined> {
  const found: string[] = []
  for (const table of lost) {
    const [row] = await database.query<{ kept: number; there: number }>(`
      SELECT (SELECT count(*)::int FROM ${keptOf(table)}) AS kept, (SELECT count(*)::int FROM ${table}) AS there`)
    if (row && row.kept > 0) found.push(`${row.kept} rows of ${table} are gone, ${row.there} have come since`)
  }
  return found.length === 0 ? undefined : found.join('; ')
}
