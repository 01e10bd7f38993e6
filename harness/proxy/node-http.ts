/**
 * Node's HTTP server. Not imported but asked for: an import evaluates all that `node:http` exports, and one of those
 * (WebSocket) loads a whole HTTP client, which costs 13 MiB.
 */
export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http')
