/**
 * A release writes back an emptied record whenever it touches one (Cloudflare, 2023-01-24): what is used is broken by its
 * use, so that the damage creeps through the active sessions, and goes on after the release is rolled back. `use` breaks
 * the chain of refresh tokens of a session that is renewed, so that its next renewal looks like theft; `sign-in` stores new
 * sessions without the time that they last, so that they are over at once.
 */
import { z } from 'zod'
import type { DatabaseControl } from '../../stack/database-control.ts'
import { defineFault } from '../fault.ts'
import { injectDamage, leftIn, storeHolds, storePattern, storeProblems, tableIsThere } from './stores.ts'

const kept = 'firebreak_touched'
const events = { use: ['UPDATE OF used_refresh_jti'], 'sign-in': ['INSERT'], all: [] } as const

export const corruptOnTouch = defineFault({
  kind: 'corrupt-on-touch',
  layer: 'data',
  summary: 'Sessions are broken by their use',
  params: z.strictObject({
    store: storePattern,
    on: z.enum(['use', 'sign-in', 'all']).default('use'),
    /** Whether the undo mends what was broken, too; else only what breaks more is taken away. */
    heal: z.boolean().default(true),
  }),
  target: ({ store }) => store,
  problems: ({ store }, topology) => storeProblems(store, topology),
  holds: ({ store }, topology) => storeHolds(store, topology),
  inject: ({ store, on, heal }, stack) =>
    injectDamage(
      {
        kind: 'corrupt-on-touch',
        store,
        damage: async database => void (await database.query(damageSql(on))),
        repair: database => repair(database, heal),
        look: touchedIn,
        remains: leftIn,
      },
      stack,
    ),
})

/** The trigger keeps what should have been stored, and stores something else. */
function damageSql(on: keyof typeof events): string {
  const when = on === 'all' ? [...events.use, ...events['sign-in']] : events[on]
  return `
    CREATE TABLE ${kept} (
      at bigint GENERATED ALWAYS AS IDENTITY, sid text NOT NULL, used_refresh_jti text, recent_refreshes jsonb,
      expires_at_ms bigint NOT NULL, was_new boolean NOT NULL
    );
    CREATE FUNCTION firebreak_corrupt() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO ${kept} (sid, used_refresh_jti, recent_refreshes, expires_at_ms, was_new)
        VALUES (NEW.sid, NEW.used_refresh_jti, NEW.recent_refreshes, NEW.expires_at_ms, TG_OP = 'INSERT');
        IF TG_OP = 'INSERT' THEN
          NEW.expires_at_ms := 0;
        ELSE
          NEW.used_refresh_jti := '';
          NEW.recent_refreshes := '[]';
        END IF;
        RETURN NEW;
      END
    $$;
    CREATE TRIGGER firebreak_corrupt BEFORE ${when.join(' OR ')} ON sessions
      FOR EACH ROW EXECUTE FUNCTION firebreak_corrupt()`
}

async function repair(database: DatabaseControl, heal: boolean): Promise<void> {
  await database.query(`
    DROP TRIGGER IF EXISTS firebreak_corrupt ON sessions;
    DROP FUNCTION IF EXISTS firebreak_corrupt()`)
  if (!(await tableIsThere(database, kept))) return
  // Only what is broken still: a session may have been touched since, by what is well again.
  const mending = `
    UPDATE sessions SET expires_at_ms = touched.expires_at_ms
      FROM ${kept} AS touched
      WHERE touched.sid = sessions.sid AND touched.was_new AND sessions.expires_at_ms = 0;
    UPDATE sessions SET used_refresh_jti = touched.used_refresh_jti,
        recent_refreshes = touched.recent_refreshes
      FROM (SELECT DISTINCT ON (sid) * FROM ${kept} WHERE NOT was_new ORDER BY sid, at DESC) AS touched
      WHERE touched.sid = sessions.sid AND sessions.used_refresh_jti = '';`
  await database.query(`${heal ? mending : ''} DROP TABLE ${kept}`)
}

async function touchedIn(database: DatabaseControl): Promise<string | undefined> {
  const [row] = await database.query<{ broken: number }>(`
    SELECT count(DISTINCT touched.sid)::int AS broken FROM ${kept} AS touched JOIN sessions USING (sid)
      WHERE sessions.used_refresh_jti = '' OR sessions.expires_at_ms = 0`)
  return row && row.broken > 0 ? `${row.broken} sessions are broken by their use` : undefined
}
