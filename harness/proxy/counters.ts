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
  }
}

const method = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) /

/** Whether bytes begin like an HTTP/1 request. */
export function beginsRequest(data: Buffer): boolean {
  return method.test(data.toString('latin1', 0, 8))
}
