/**
 * A database takes no writes any more, as one does whose disk is full, whose quota is used up, or whose leader is lost
 * (Google, 2020-12-14). Reads go on: who has a session is known, and nobody can get a new one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HarnessError, messageOf } from '../../errors.ts'
import type { DatabaseControl } from '../../stack/database-control.ts'
import { defineFault } from '../fault.ts'
import { injectDamage, storeHolds, storePattern, storeProblems } from './stores.ts'

const setting = 'default_transaction_read_only'
/** How long the server may take to read its settings again, ms. */
const takenMsMax = 5_000

export const storeReadOnly = defineFault({
  kind: 'store-read-only',
  layer: 'data',
  summary: 'A database takes no writes any more',
  params: z.strictObject({ store: storePattern }),
  target: ({ store }) => store,
  problems: ({ store }, topology) => storeProblems(store, topology),
  holds: ({ store }, topology) => storeHolds(store, topology),
  inject: ({ store }, stack) =>
    injectDamage(
      {
        kind: 'store-read-only',
        store,
        damage: database => set(database, `ALTER SYSTEM SET ${setting} = on`, true),
        repair: database => set(database, `ALTER SYSTEM RESET ${setting}`, false),
        async look(database) {
          const refusal = await refusalOf(database)
          return refusal === undefined ? undefined : `a write was refused: ${refusal}`
        },
        async remains(database) {
          const refusal = await refusalOf(database)
          return refusal === undefined ? [] : [`${database.name} still refuses writes: ${refusal}`]
        },
      },
      stack,
    ),
})

/** For connections that stand as for new ones. */
async function set(database: DatabaseControl, statement: string, isOn: boolean): Promise<void> {
  // Neither is a write to what is stored, and the first goes alone.
  await database.query(statement)
  await database.query('SELECT pg_reload_conf()')
  for (const end = Date.now() + takenMsMax; ; await sleep(20)) {
    if (((await refusalOf(database)) !== undefined) === isOn) return
    if (Date.now() > end)
      throw new HarnessError(
        `${database.name} ${isOn ? 'takes writes still' : 'still refuses writes'} after ${takenMsMax} ms`,
      )
  }
}

/** What a write is refused with; undefined if it is taken. It writes nothing. */
async function refusalOf(database: DatabaseControl): Promise<string | undefined> {
  try {
    await database.query('DELETE FROM sessions WHERE false')
    return undefined
  } catch (error) {
    if (/read-only transaction/.test(messageOf(error))) return messageOf(error)
    throw error
  }
}
