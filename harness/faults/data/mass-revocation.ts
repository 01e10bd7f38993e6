/**
 * Sessions are revoked, all or many, at once: on purpose, after a theft of tokens (Facebook, 2018-09-28) or a mix-up of
 * cookies (GitHub, 2021-03-08). Everybody must be signed out by it, must be able to come back, and no grace may serve
 * them meanwhile. They are revoked the way auth does it, so that its list of revocations tells everybody; and for good: the
 * undo has nothing to take back.
 */
import { z } from 'zod'
import type { DatabaseControl } from '../../stack/database-control.ts'
import { defineFault } from '../fault.ts'
import { injectDamage, storeHolds, storePattern, storeProblems } from './stores.ts'

const sessionKinds = ['web', 'mobile', 'device', 'api'] as const
/** Users are told apart by a number that is made of their name. */
const parts = 10_000

export const massRevocation = defineFault({
  kind: 'mass-revocation',
  layer: 'data',
  summary: 'Sessions are revoked, all or many at once, for good',
  params: z.strictObject({
    store: storePattern,
    /** Share of the users, 0 to 1, chosen by their names. Each run names its users anew, so others each time. */
    share: z.number().gt(0).max(1).default(1),
    kinds: z
      .array(z.enum(sessionKinds))
      .min(1)
      .default([...sessionKinds]),
  }),
  target: ({ store }) => store,
  problems: ({ store }, topology) => storeProblems(store, topology),
  holds: ({ store }, topology) => storeHolds(store, topology),
  async inject({ store, share, kinds }, stack) {
    const nowMs = Date.now()
    const injected = await injectDamage(
      {
        kind: 'mass-revocation',
        store,
        damage: async database =>
          void (await database.query(revokeSql, [nowMs, [...kinds], Math.round(share * parts)])),
        repair: async () => {},
        look: database => revokedIn(database, nowMs),
        remains: async () => [],
      },
      stack,
    )
    return { ...injected, revokedAtMs: nowMs }
  },
})

/**
 * Each gets a sequence number of its own, above all that were given before. The counter's row lock is held until commit,
 * so that numbers become visible in their order.
 */
const revokeSql = `
  WITH chosen AS (
    SELECT sid, row_number() OVER (ORDER BY sid) AS place FROM sessions
    WHERE revoked_at_ms IS NULL AND expires_at_ms > $1 AND kind = ANY($2)
      AND abs(hashtext(username)::bigint) % ${parts} < $3
  ), total AS (
    SELECT count(*) AS chosen FROM chosen
  ), counter AS (
    INSERT INTO revocation_counter AS last (value) SELECT $1::bigint + chosen FROM total
    ON CONFLICT (one) DO UPDATE SET value = greatest(last.value + (SELECT chosen FROM total), excluded.value)
    RETURNING value
  )
  UPDATE sessions SET revoked_at_ms = $1, revocation_seq = counter.value - total.chosen + chosen.place
  FROM chosen, total, counter
  WHERE sessions.sid = chosen.sid AND sessions.revoked_at_ms IS NULL`

async function revokedIn(database: DatabaseControl, atMs: number): Promise<string | undefined> {
  const [row] = await database.query<{ revoked: number }>(
    'SELECT count(*)::int AS revoked FROM sessions WHERE revoked_at_ms = $1 AND revocation_seq IS NOT NULL',
    [atMs],
  )
  return row && row.revoked > 0 ? `${row.revoked} sessions are revoked` : undefined
}
