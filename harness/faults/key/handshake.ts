import { connect } from 'node:tls'

const limitMs = 2_000

/**
 * What a TLS client that trusts `ca` alone says of a server: undefined if its handshake goes well, otherwise the error,
 * code first. It has never been there before, and keeps nothing.
 */
export function handshakeFailure(url: string, ca: string): Promise<string | undefined> {
  return new Promise(resolve => {
    const { hostname: host, port } = new URL(url)
    const socket = connect({ host, port: Number(port), ca, timeout: limitMs })
    const settle = (failure?: string) => {
      socket.destroy()
      resolve(failure)
    }
    socket.once('secureConnect', () => settle())
    socket.once('timeout', () => settle(`no handshake within ${limitMs} ms`))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(`${error.code}: ${error.message}`))
  })
}
