/** What has passed through a proxy since it was made, live. */
export interface Counters {
  /** Connections accepted. */
  connections: number
  /** Of those, still open at either end. */
  open: number
  /** Bytes read from clients, and handed to upstream's sockets. */
  upstreamBytes: number
  upstreamSentBytes: number
  /** Bytes read from upstream, and handed to clients' sockets. */
  downstreamBytes: number
  downstreamSentBytes: number
  /**
   * Reads from clients that begin with an HTTP/1 method. Right for keep-alive requests one after another;
   * pipelined requests that arrive in one read count as one.
   */
  upstreamRequests: number
  /** Connections on which an http toxic met what it could not read as HTTP/1, and let everything pass from there on. */
  unparsed: number
}

export function newCounters(): Counters {
  return {
    connections: 0,
    open: 0,
    upstreamBytes: 0,
    upstreamSentBytes: 0,
    downstreamBytes: 0,
    downstreamSentBytes: 0,
    upstreamRequests: 0,
    unparsed: 0,
  }
}

/** The first four bytes of each method, as one number, and what follows them up to its end. */
const methods = new Map(
  ['GET ', 'POST ', 'PUT ', 'PATCH ', 'DELETE ', 'HEAD ', 'OPTIONS '].map(method => {
    const bytes = Buffer.from(method)
    return [bytes.readUInt32BE(), bytes.subarray(4)] as const
  }),
)

/** Whether bytes begin like an HTTP/1 request. Asked of every read, so it makes no text of them. */
export function beginsRequest(data: Buffer): boolean {
  if (data.length < 4) return false
  const rest = methods.get(data.readUInt32BE())
  return rest?.every((byte, index) => data[4 + index] === byte) ?? false
}
