/**
 * The two sockets of a connection. What they read is copied by no stream: all sockets read into one buffer, and each
 * read is dealt with before the next one happens.
 */
import { connect, Socket, type SocketConstructorOpts } from 'node:net'
import { parseAddress } from './addresses.ts'

/** Takes what was read. It is only lent: the next read, of any socket, overwrites it. Answers whether to read on. */
export type Reader = (lent: Buffer) => boolean

/** At most so much is read at once. */
export const readBytesMax = 64 * 1024
const readBuffer = Buffer.allocUnsafeSlow(readBytesMax)

/** A socket on its way to `host:port`. Whatever is wrong with the address becomes an error of the socket. */
export function dial(upstream: string, reader: Reader): Socket {
  try {
    const { host, port } = parseAddress(upstream)
    const way = { allowHalfOpen: true, noDelay: true, onread: onread(reader) }
    return connect({ host: host || '127.0.0.1', port, ...way })
  } catch (error) {
    const socket = new Socket()
    socket.destroy(error instanceof Error ? error : new Error(String(error)))
    return socket
  }
}

/**
 * The socket to use for a client that a server has accepted and paused. Only a socket that is made for it can read into
 * a given buffer, and Node makes those of a server without; so the client moves to a new one. That goes by fields which
 * Node has but does not document, and saves a fifth of the work: without them the accepted socket itself is used.
 */
export function adopt(accepted: Socket, reader: Reader): Socket {
  const handle: unknown = Reflect.get(accepted, '_handle')
  if (handle === undefined || handle === null) return readAsStream(accepted, reader)
  Reflect.set(accepted, '_handle', null)
  return Reflect.construct(Socket, [{ handle, allowHalfOpen: true, onread: onread(reader) }])
}

/** The slower way, for every kind of socket. */
export function readAsStream(socket: Socket, reader: Reader): Socket {
  socket.on('data', data => {
    if (!reader(data)) socket.pause()
  })
  return socket.resume()
}

function onread(reader: Reader): NonNullable<SocketConstructorOpts['onread']> {
  return { buffer: readBuffer, callback: bytes => reader(readBuffer.subarray(0, bytes)) }
}
