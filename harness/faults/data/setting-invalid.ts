/**
 * Somebody changes a setting in the store to what makes no sense to those who read it (Facebook, 2010-09-23): which kinds
 * of credential count. The undo writes back what was there. Each change is made known as its operator makes it known: the
 * caches beside that store forget their copy, so that whoever asks next reads the new value.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { controlFetch } from '../../stack/control-fetch.ts'
import type { Stack } from '../../stack/stack.ts'
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
          await forgetCopies(database.name, stack)
        },
        async repair(database) {
          if (!(await tableIsThere(database, kept))) return
          await database.query(
            `UPDATE settings SET value = was.value FROM ${kept} AS was WHERE settings.name = was.name;
             DROP TABLE ${kept}`,
          )
          await forgetCopies(database.name, stack)
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

/** In the caches of the auths that have this store. */
async function forgetCopies(store: string, { topology, control }: Pick<Stack, 'topology' | 'control'>) {
  const beside = topology.services.flatMap(({ calls }) => (calls.includes(store) ? calls : []))
  const caches = topology.services.filter(({ name, program }) => program === 'cache' && beside.includes(name))
  await Promise.all(
    caches.map(async ({ name }) => {
      const answer = await controlFetch(`${control[name]}/entries/${setting}`, { method: 'DELETE' })
      await answer.body?.cancel()
      if (!answer.ok)
        throw new HarnessError(`setting-invalid: ${name} answered ${answer.status} to be rid of ${setting}`)
    }),
  )
}
