/**
 * The errors that this project throws on purpose. Each says what failed, why, and what to do.
 * `UsageError` is the caller's to mend (exit 64), `HarnessError` is ours or the machine's (exit 3).
 */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

export class HarnessError extends Error {
  override readonly name: string = 'HarnessError'
}

/** A scenario value that does not make sense; lists everything that is wrong with it. */
export class ScenarioError extends UsageError {
  override readonly name = 'ScenarioError'
}

/** A stack that could not be started or kept. `logs` are the last lines of the service at fault. */
export class StackError extends HarnessError {
  override readonly name = 'StackError'
  readonly service: string
  readonly logs: readonly string[]

  constructor(service: string, message: string, options: { logs?: readonly string[]; cause?: unknown } = {}) {
    const logs = options.logs ?? []
    const tail = logs.length > 0 ? `\nIts last words:\n${logs.map(line => `  ${line}`).join('\n')}` : ''
    super(`${service}: ${message}${tail}`, { cause: options.cause })
    this.service = service
    this.logs = logs
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What went wrong with a module, and where. Only the stack of a syntax error says where it is, in its first line. */
export function messageIn(path: string, error: unknown): string {
  const place = error instanceof SyntaxError ? (error.stack?.split('\n')[0] ?? path) : path
  return `${place.includes(path) ? place : path}: ${messageOf(error)}`
}
