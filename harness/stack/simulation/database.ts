/** A database of a stack: what PostgreSQL is elsewhere. What it holds outlives its process, as on a disk. */
import { HarnessError } from '../../errors.ts'
import type { DatabaseControl } from '../database-control.ts'
import type { Peer, Serve } from './connection.ts'
import type { DatabaseAnswer, DatabaseRequest } from './messages.ts'
import { runOwnerStatement } from './owner-statements.ts'
import type { VirtualProcess } from './process.ts'
import { Replication } from './replication.ts'
import { runStatement } from './statements.ts'
import { answerOf, Tables } from './tables.ts'

/** The steps of a new connection's greeting, and of auth's migration, to which there is nothing to do. */
export const greeting = 'greeting'
const migration = /pg_advisory_xact_lock/
const answerBytes = 200

export class VirtualDatabase implements DatabaseControl {
  readonly name: string
  readonly tables = new Tables()
  /** What faults have put aside, by the name of the table that they made for it. */
  readonly kept = new Map<string, unknown>()
  readonly replication = new Replication(this.tables)
  /** What its settings say, before they are read again. */
  wantsReadOnly = false
  /** Its process, while it runs. */
  process: VirtualProcess | undefined
  readonly #pause: () => Promise<void>

  /** `pause`: resolves after as long as the owner's statements take. */
  constructor(name: string, pause: () => Promise<void>) {
    this.name = name
    this.#pause = pause
  }

  /** As its owner, over a link that no fault may touch. */
  async query<Found extends Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<Found[]> {
    await this.#pause()
    if (!this.process || this.process.isOver || this.process.isPaused)
      throw new HarnessError(`database ${this.name}: it does not answer`)
    return runOwnerStatement(this, sql, parameters) as Found[]
  }

  peer(process: VirtualProcess, statementMs: number): Peer {
    const serve: Serve = (request, reply) =>
      process.work(statementMs, () => {
        const answer = this.#run(request as DatabaseRequest)
        reply(answer, answerBytes * (1 + answer.rows.length))
      })
    return { belongings: process.belongings, serve }
  }

  #run({ statement, values }: DatabaseRequest): DatabaseAnswer {
    if (statement === greeting || migration.test(statement)) return answerOf([])
    const answer = runStatement(this.tables, statement, values)
    if (answer) return answer
    const message = `a simulated database does not know the statement "${statement.slice(0, 80)}"`
    return { rows: [], rowCount: 0, error: { code: '42601', message } }
  }
}
