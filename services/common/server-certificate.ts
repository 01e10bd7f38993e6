/** The certificate that a server shows. It can be replaced while the server serves: nobody is cut off by that. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import type { Server } from 'node:tls'

interface Pair {
  /** PEM; those that vouch for it may follow in the same text. */
  certificate: string
  /** PEM. */
  key: string
}

export class ServerCertificate {
  /** For a server of it: `createServer(options)`. */
  readonly createServer = createServer
  #current: Pair
  #server: Pick<Server, 'setSecureContext'> | undefined

  /** Throws TypeError where the two are not what they should be, or do not belong together. */
  constructor(pair: Pair) {
    validToOf(pair)
    this.#current = pair
  }

  get options(): { cert: string; key: string } {
    const { certificate: cert, key } = this.#current
    return { cert, key }
  }

  /** The server that takes up what is installed. */
  attach(server: Pick<Server, 'setSecureContext'>): void {
    this.#server = server
  }

  /**
   * Shows another one to new connections from now on; those that stand go on. It is not asked whether its time is over:
   * time passes for what was good once. Gives the end of its time. Throws TypeError as the constructor does.
   */
  install(pair: Pair): Date {
    const validTo = validToOf(pair)
    this.#current = pair
    // With it, what clients keep to come back without a look at the certificate is good no more.
    this.#server?.setSecureContext(this.options)
    return validTo
  }
}

function validToOf({ certificate, key }: Pair): Date {
  let read: X509Certificate
  let belongs: boolean
  try {
    read = new X509Certificate(certificate)
    belongs = read.checkPrivateKey(createPrivateKey(key))
  } catch (error) {
    throw new TypeError('the certificate and its key must be PEM', { cause: error })
  }
  if (!belongs) throw new TypeError('the key is not that of the certificate')
  return read.validToDate
}
