/** System errors of a connection that could not be made or was lost. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // What connect() answers through a blackhole route.
  'EINVAL',
])

/**
 * SQLSTATEs of a server that cannot serve now: class 08 (connection), class 53 (out of resources, too many
 * connections), 57P0x (shutting down, crashed, starting), 57014 (statement timeout), 25006 (read-only).
 */
const unavailableState = /^(08...|53...|57P0.|57014|25006)$/

/** What pg and its pool throw without any code. */
const unavailableMessage =
  /timeout exceeded when trying to connect|connection terminated|query read timeout|is not queryable|timeout expired/i

/** Whether an error means that the database could not be reached or cannot serve now, rather than a mistake of ours. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnavailable)
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code !== undefined) return networkCodes.has(code) || unavailableState.test(code)
  return unavailableMessage.test(error.message)
}

/** Whether an error is the server's answer to one statement, after which the connection is as good as before. */
export function leavesConnection(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR'
}
