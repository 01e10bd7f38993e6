/** The headers of a request on its way to an app, and of its answer on the way back. */

/** RFC 9110, 7.6.1: meant for one connection only. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const notToTheApp = new Set([...hopByHop, 'host', 'content-length', 'expect'])
/** fetch has decoded the body already. */
const notToTheUser = new Set([...hopByHop, 'content-encoding', 'content-length'])

export interface Hop {
  region: string
  /** The host that the user asked for. */
  host: string
  /** `http` or `https`. */
  protocol: string
  /** Address of who is at the other end of the connection, where it is known. */
  peer: string | undefined
}

/**
 * The peer's address is appended to the `x-forwarded-for` that came in, and what came in is believed: the first value
 * is the user's address to those behind the edge. That is right where a load balancer of one's own stands before the
 * edge, as the crowd does here; an edge that users reach directly would have to drop what they claim.
 */
export function headersToApp(
  incoming: Headers,
  { region, host, protocol, peer }: Hop,
): Record<string, string> {
  const headers = withoutHops(incoming, notToTheApp)
  const forwardedFor = headers['x-forwarded-for']
  if (peer !== undefined)
    headers['x-forwarded-for'] = forwardedFor === undefined ? peer : `${forwardedFor}, ${peer}`
  headers['x-forwarded-host'] = host
  headers['x-forwarded-proto'] = protocol
  headers['x-region'] = region
  return headers
}

/** A plain object wherever possible: the server writes that as it is. Only several cookies need more than that. */
export function headersToUser(answered: Headers): Record<string, string> | Headers {
  const headers = withoutHops(answered, notToTheUser)
  if (headers['set-cookie'] === undefined) return headers
  const cookies = answered.getSetCookie()
  if (cookies.length === 1) return headers
  delete headers['set-cookie']
  const several = new Headers(headers)
  for (const cookie of cookies) several.append('set-cookie', cookie)
  return several
}

function withoutHops(from: Headers, dropped: ReadonlySet<string>): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of from) if (!dropped.has(name)) headers[name] = value
  const connection = from.get('connection')
  if (connection === null || connection === 'keep-alive' || connection === 'close') return headers
  // The sender may name further headers for this connection only.
  for (const name of connection.split(',')) delete headers[name.trim().toLowerCase()]
  return headers
}
