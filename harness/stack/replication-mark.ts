/** How far a replica is behind its database, by what the two say of it themselves. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseControl } from './database-control.ts'
import { stream } from './stack-replica.ts'

const lookEveryMs = 50

/** What a replica says of what it is sent. */
export interface Received {
  /** Whether the mark has come, and with it all that was written before. */
  reached: boolean
  /** How long the last message was under way, ms; undefined before the first one. */
  underWayMs: number | undefined
}

/** A place in the log of a database, which is in no table and which nobody reads but who follows the log. */
export class ReplicationMark {
  readonly #position: string
  readonly #setAt = performance.now()

  private constructor(position: string) {
    this.#position = position
  }

  /** Writes one. Rejects with HarnessError. */
  static async set(primary: DatabaseControl): Promise<ReplicationMark> {
    const [row] = await primary.query<{ position: string }>(
      `SELECT pg_logical_emit_message(true, $1, '')::text AS position`,
      [stream],
    )
    return new ReplicationMark(row?.position ?? '')
  }

  /** How long ago it was written, ms. */
  get ageMs(): number {
    return performance.now() - this.#setAt
  }

  /** Rejects with HarnessError. */
  async receivedBy(replica: DatabaseControl): Promise<Received> {
    // A worker that copies a table has a row of its own.
    const [row] = await replica.query<{ reached: boolean | null; ms: number | null }>(
      `SELECT received_lsn >= $1::pg_lsn AS reached,
        (extract(epoch FROM last_msg_receipt_time - last_msg_send_time) * 1000)::float8 AS ms
      FROM pg_stat_subscription WHERE subname = $2 AND relid IS NULL
      ORDER BY received_lsn DESC NULLS LAST LIMIT 1`,
      [this.#position, stream],
    )
    return { reached: row?.reached === true, underWayMs: row?.ms ?? undefined }
  }

  /** Whether it has come by then, which is asked again and again. Rejects with HarnessError. */
  async reaches(replica: DatabaseControl, limitMs: number): Promise<boolean> {
    for (const end = performance.now() + limitMs; ; await sleep(lookEveryMs)) {
      if ((await this.receivedBy(replica)).reached) return true
      if (performance.now() > end) return false
    }
  }
}
