/** The harness as the owner of a database of the stack. */

export interface DatabaseControl {
  readonly name: string
  /** Runs one statement with `$1`, `$2`, …; resolves to its rows. Rejects with HarnessError. */
  query<Row extends Record<string, unknown> = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>
}
