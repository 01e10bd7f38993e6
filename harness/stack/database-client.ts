/** The harness as the owner of a database, through the link of its own that leads there. */
import { Pool, type QueryResult } from 'pg'
import { HarnessError, messageOf } from '../errors.ts'
import type { DatabaseControl } from './database-control.ts'
import type { DatabaseSecrets } from './driver.ts'

const connectMsMax = 8_000
const statementMsMax = 10_000

export class DatabaseClient implements DatabaseControl, AsyncDisposable {
  readonly name: string
  readonly #pool: Pool

  /** `address` is `host:port`. Connects when it is first asked. */
  constructor(name: string, address: string, { user, password, database }: DatabaseSecrets) {
    this.name = name
    const [host = '', port = ''] = address.split(':')
    this.#pool = new Pool({
      ...{ host, port: Number(port), user, password, database },
      max: 2,
      // Most stacks are never asked, and none is asked often.
      idleTimeoutMillis: 1_000,
      allowExitOnIdle: true,
      connectionTimeoutMillis: connectMsMax,
      // The server gives up first: a statement that is no longer waited for must not come to pass later.
      statement_timeout: statementMsMax / 2,
      query_timeout: statementMsMax,
      application_name: 'firebreak',
    })
    // A connection that breaks while nobody uses it; the next query says what is wrong.
    this.#pool.on('error', () => {})
  }

  async query<Row extends Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Row[]> {
    try {
      const result: QueryResult<Row> = await this.#pool.query(sql, [...parameters])
      return result.rows
    } catch (error) {
      throw new HarnessError(`database ${this.name}: ${messageOf(error)}`, { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end().catch(() => {})
  }
}
