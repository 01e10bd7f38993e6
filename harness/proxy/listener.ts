import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type Address, formatAddress } from './addresses.ts'
import { ApiError } from './answers.ts'

/** The system's reasons, in Go's words. */
const bindErrors: Readonly<Record<string, string>> = {
  EADDRINUSE: 'bind: address already in use',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
  EACCES: 'bind: permission denied',
}

/** A bound port that hands over its clients, paused. */
export class Listener {
  readonly address: Address
  readonly #server: Server

  private constructor(server: Server, address: Address) {
    this.#server = server
    this.address = address
  }

  /** Rejects with ApiError 500 and Go's text. */
  static open(address: Address, accept: (client: Socket) => void): Promise<Listener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, accept)
    return new Promise((resolve, reject) => {
      server.on('error', (error: NodeJS.ErrnoException) => {
        const reason = bindErrors[error.code ?? ''] ?? error.message
        reject(new ApiError(500, `listen tcp ${formatAddress(address)}: ${reason}`))
      })
      server.listen({ ...address, backlog: 4_096 }, () => {
        const bound = server.address() as AddressInfo
        resolve(new Listener(server, { host: bound.address, port: bound.port }))
      })
    })
  }

  /** Frees the port at once; connections that were handed over stay. Idempotent. */
  close(): void {
    this.#server.close()
  }
}
