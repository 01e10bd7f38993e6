/** Addresses as `host:port` text, with Go's rules and error texts. */
import { lookup } from 'node:dns/promises'

export interface Address {
  host: string
  port: number
}

/** An address that cannot be understood or resolved. */
export class AddressError extends Error {
  override readonly name = 'AddressError'
}

/** The service names that Go knows without /etc/services. */
const servicePorts: Readonly<Record<string, number>> = {
  domain: 53,
  ftp: 21,
  ftps: 990,
  gopher: 70,
  http: 80,
  https: 443,
  imap2: 143,
  imap3: 220,
  imaps: 993,
  pop3: 110,
  pop3s: 995,
  smtp: 25,
  submissions: 465,
  ssh: 22,
  telnet: 23,
}

/** Splits `host:port`, `[ipv6]:port`, `:port`; the empty text means any port. Throws AddressError. */
export function parseAddress(text: string): Address {
  if (text === '') return { host: '', port: 0 }
  const problem = (why: string) => new AddressError(`address ${text}: ${why}`)
  const colon = text.lastIndexOf(':')
  if (colon < 0) throw problem('missing port in address')
  let host = text.slice(0, colon)
  if (text.startsWith('[')) {
    const bracket = text.indexOf(']')
    if (bracket < 0) throw problem("missing ']' in address")
    if (bracket + 1 !== colon) {
      throw problem(text[bracket + 1] === ':' ? 'too many colons in address' : 'missing port in address')
    }
    host = text.slice(1, bracket)
  } else if (host.includes(':')) {
    throw problem('too many colons in address')
  }
  return { host, port: parsePort(text.slice(colon + 1)) }
}

function parsePort(text: string): number {
  if (text === '') return 0
  const port = /^[+-]?\d+$/.test(text) ? Number(text) : servicePorts[text]
  if (port === undefined) throw new AddressError(`lookup tcp/${text}: unknown port`)
  if (port < 0 || port > 65_535) throw new AddressError(`address ${text}: invalid port`)
  return port
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * The numeric address to listen on. Without a host it is this machine only, never all of its addresses.
 * Rejects with AddressError.
 */
export async function resolveListen(text: string): Promise<Address> {
  const { host, port } = parseAddress(text)
  if (host === '') return { host: '127.0.0.1', port }
  try {
    const found = await lookup(host, { order: 'ipv4first' })
    return { host: found.address, port }
  } catch {
    throw new AddressError(`lookup ${host}: no such host`)
  }
}
