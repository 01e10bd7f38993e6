/**
 * Somebody changes a setting in the store to what makes no sense to those who read it (Facebook, 2010-09-23): which kinds
 * of credential count. The undo writes back what was there.
 */
import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { injectDamage, storeHolds, storePattern, storeProblems, tableIsThere } from './stores.ts'

const kept = 'firebreak_settings'
const setting = 'credential-kinds'

export const settingInvalid = defineFault({
  kind: 'setting-invalid',
  layer: 'data',
  summary: 'A setting in the store becomes one that makes no sense to its readers',
  params: z.strictObject({ store: storePattern }),
  needs: ['cached-settings'],
  runtimes: { containers: 'real', processes: 'real' },
  target: ({ store }) => store,
  problems: ({ store }, topology) => storeProblems(store, topology),
  holds: ({ store }, topology) => storeHolds(store, topology).map(hold => `${hold}:settings`),
  inject: ({ store }, stack) =>
    injectDamage(
      {
        kind: 'setting-invalid',
        store,
        async damage(database) {
          await database.query(
            `CREATE TABLE ${kept} AS SELECT name, value FROM settings WHERE name = '${setting}';
             UPDATE settings SET value = '"none of them"' WHERE name = '${setting}'`,
          )
        },
        async repair(database) {
          if (!(await tableIsThere(database, kept))) return
          await database.query(
            `UPDATE settings SET value = was.value FROM ${kept} AS was WHERE settings.name = was.name;
             DROP TABLE ${kept}`,
          )
        },
        async look(database) {
          const [row] = await database.query<{ value: unknown }>(
            'SELECT value FROM settings WHERE name = $1',
            [setting],
          )
          return Array.isArray(row?.value) ? undefined : `${setting} is ${JSON.stringify(row?.value)} there`
        },
      },
      stack,
    ),
})
