/**
 * The few ways to the network that the harness takes by itself and not through `fetch`, led into the virtual one: the
 * probes of the observer from outside (node:http), and a look whether a link is down (node:net).
 */
import { EventEmitter } from 'node:events'
import type { VirtualConnection } from './connection.ts'
import { type HttpAnswer, refused, sizeOf, type WireError, WireError as WireFailure } from './messages.ts'
import type { VirtualNetwork } from './network.ts'

export function virtualSockets(network: VirtualNetwork): Record<string, Record<string, unknown>> {
  return {
    'node:http': {
      request: (url: URL, options: RequestOptions) => new VirtualRequest(network, url, options),
    },
    'node:net': { connect: (to: { host: string; port: number }) => new VirtualSocket(network, to) },
  }
}

interface RequestOptions {
  path: string
  headers: Record<string, string>
}

/** As much of node's ClientRequest as harness/diagnosis/probe.ts knows: one GET over a new connection. */
class VirtualRequest extends EventEmitter {
  readonly #network: VirtualNetwork
  readonly #address: string
  readonly #options: RequestOptions
  #connection: VirtualConnection | undefined
  #isOver = false

  constructor(network: VirtualNetwork, url: URL, options: RequestOptions) {
    super()
    this.#network = network
    this.#address = url.host
    this.#options = options
  }

  end(): void {
    const socket = new EventEmitter()
    const { clock } = this.#network
    const dialled = this.#network.linkAt(this.#address)?.dial() ?? refused(this.#address)
    clock.after(0, () => this.emit('socket', socket))
    this.#network.hop(1, () => {
      if (this.#isOver) return
      if (dialled instanceof WireFailure) return this.#fail(dialled)
      socket.emit('connect')
      this.#connection = dialled
      this.#ask(dialled)
    })
  }

  destroy(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#connection?.destroy()
    this.#network.clock.after(0, () => this.emit('close'))
  }

  #ask(connection: VirtualConnection): void {
    const { path, headers } = this.#options
    const request = { method: 'GET', path, headers: { host: this.#address, ...headers }, body: null }
    connection.ask<HttpAnswer>(request, sizeOf(request), {
      answered: ({ status, headers: given, body }) => {
        const response = Object.assign(new EventEmitter(), {
          statusCode: status,
          headers: given,
          setEncoding() {},
        })
        this.emit('response', response)
        response.emit('data', body.toString('utf8'))
        response.emit('end')
      },
      failed: error => this.#fail(error),
    })
  }

  #fail(error: WireError): void {
    if (!this.#isOver) this.emit('error', error)
  }
}

/** As much of a socket as a look whether somebody listens needs. */
class VirtualSocket extends EventEmitter {
  constructor(network: VirtualNetwork, { host, port }: { host: string; port: number }) {
    super()
    const dialled = network.linkAt(`${host}:${port}`)?.dial() ?? refused(`${host}:${port}`)
    network.hop(1, () => {
      if (dialled instanceof WireFailure) this.emit('error', dialled)
      else {
        this.emit('connect')
        dialled.destroy()
      }
    })
  }

  destroy(): void {}
}
