/** Writes one event with plain fields. Never pass a password, token, session id or key. */
export type Log = (event: string, fields?: Record<string, unknown>) => void

/** Logs one JSON object per line to standard output. */
export function jsonLog(service: string): Log {
  return (event, fields = {}) => {
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), service, event, ...fields })}\n`)
  }
}
