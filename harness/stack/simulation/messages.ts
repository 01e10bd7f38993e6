/** What crosses a virtual link, and how it fails. */

export interface HttpRequest {
  method: string
  /** Path and query. */
  path: string
  /** Names in small letters. */
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer> | null
}

export interface HttpAnswer {
  status: number
  headers: Record<string, string | string[]>
  body: Buffer<ArrayBuffer>
}

/** A statement on its way to a database, and what comes of it. */
export interface DatabaseRequest {
  statement: string
  values: readonly unknown[]
}

export interface DatabaseAnswer {
  rows: readonly Record<string, unknown>[]
  rowCount: number
  /** What the database refuses it with. */
  error?: { code: string; message: string }
}

/** The failure of an exchange. `code`: as Node and undici have it. */
export class WireError extends Error {
  readonly code: string
  /** The head of an answer that was cut in its body. */
  head: Pick<HttpAnswer, 'status' | 'headers'> | undefined

  constructor(code: 'ECONNREFUSED' | 'ECONNRESET' | 'UND_ERR_SOCKET', message: string) {
    // Where it was made says nothing, and takes longer than all the rest of it.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'WireError'
    this.code = code
  }
}

export const refused = (address: string) => new WireError('ECONNREFUSED', `connect ECONNREFUSED ${address}`)
export const reset = () => new WireError('ECONNRESET', 'read ECONNRESET')
export const closed = () => new WireError('UND_ERR_SOCKET', 'other side closed')

const lineBytes = 30

/** About how long it is on the wire. */
export function sizeOf(message: HttpRequest | HttpAnswer): number {
  let size = lineBytes + (message.body?.length ?? 0)
  for (const [name, value] of Object.entries(message.headers))
    for (const each of typeof value === 'string' ? [value] : value) size += name.length + each.length + 4
  return size
}
