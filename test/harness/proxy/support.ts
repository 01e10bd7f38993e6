/** Real sockets for the proxy's tests. Everything here closes itself with `await using`. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { createProxyServer, type ProxyServerOptions } from '../../../harness/proxy/server.ts'

export interface Reply {
  status: number
  body: string
  headers: Headers
}

/** A proxy server with a way to ask its API anything. */
export async function startProxyServer(options: Partial<ProxyServerOptions> = {}) {
  const server = await createProxyServer({ host: '127.0.0.1', apiPort: 0, ...options })

  async function ask(method: string, path: string, body?: unknown): Promise<Reply> {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
    const response = await fetch(`${server.apiUrl}${path}`, {
      method,
      redirect: 'manual',
      ...(text === undefined ? {} : { body: text }),
    })
    return { status: response.status, body: await response.text(), headers: response.headers }
  }

  /** Asks, and demands success. */
  async function must(method: string, path: string, body?: unknown): Promise<unknown> {
    const reply = await ask(method, path, body)
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`)
    return reply.body === '' ? undefined : JSON.parse(reply.body)
  }

  return {
    apiUrl: server.apiUrl,
    ask,
    must,
    /** Makes proxy `p` and answers its port. */
    async proxyTo(upstreamPort: number, listen = '127.0.0.1:0'): Promise<number> {
      const body = { name: 'p', listen, upstream: `127.0.0.1:${upstreamPort}` }
      const proxy = (await must('POST', '/proxies', body)) as { listen: string }
      return Number(proxy.listen.split(':').at(-1))
    },
    async evidence() {
      const all = (await must('GET', '/firebreak/evidence')) as { proxies: Record<string, Evidence> }
      const evidence = all.proxies.p
      if (evidence === undefined) throw new Error('no proxy p')
      return evidence
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

interface Evidence {
  connections: number
  open: number
  upstreamBytes: number
  upstreamSentBytes: number
  downstreamBytes: number
  downstreamSentBytes: number
  upstreamRequests: number
  unparsed: number
  enabled: boolean
  since: string
  expired: boolean
  lease?: LeaseEvidence
  toxics: Record<string, ToxicEvidence>
}

interface LeaseEvidence {
  holder: string
  leftMs: number
}

interface ToxicEvidence {
  type: string
  stream: string
  active: boolean
  since: string
  expired: boolean
  connections: number
  bytes: number
  requests: number
  lease?: LeaseEvidence
}

/** A TCP server; `serve` gets each connection. */
export async function startServer(serve: (peer: Peer) => void, port = 0) {
  const peers: Peer[] = []
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    const peer = new Peer(socket)
    peers.push(peer)
    serve(peer)
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    peers,
    [Symbol.asyncDispose]: async () => {
      for (const peer of peers) peer.socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** A server that sends back what it gets, and closes when the client does. */
export function startEchoServer() {
  return startServer(({ socket }) => socket.pipe(socket))
}

/** A port whose server never takes a connection: dialling it hangs. */
export async function startDeafServer() {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     const server = require('node:net').createServer()
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port)
       setImmediate(() => { Atomics.wait(workerData, 0, 0); server.close() })
     })`,
    { eval: true, workerData: gate },
  )
  const port = await new Promise<number>(resolve => worker.once('message', resolve))
  // The kernel takes a few connections by itself; dialling hangs once its queue is full.
  const fillers: Socket[] = []
  for (let connected = true; connected; ) {
    const filler = connect({ port, host: '127.0.0.1' }).on('error', () => {})
    fillers.push(filler)
    connected = await Promise.race([
      new Promise<boolean>(resolve => filler.once('connect', () => resolve(true))),
      sleep(300).then(() => false),
    ])
  }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) filler.destroy()
      Atomics.store(gate, 0, 1)
      Atomics.notify(gate, 0)
      await worker.terminate()
    },
  }
}

/** One end of a connection, and what happened to it. */
export class Peer {
  readonly socket: Socket
  readonly chunks: Buffer[] = []
  bytes = 0
  ended = false
  error: string | undefined
  readonly #changed = new Set<() => void>()

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', data => {
      this.chunks.push(data)
      this.bytes += data.length
      this.#notify()
    })
    socket.on('end', () => {
      this.ended = true
      this.#notify()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code
      this.#notify()
    })
    socket.on('close', () => this.#notify())
    socket.on('connect', () => this.#notify())
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString()
  }

  /** Waits until something is so; fails with what there is instead after 10 s. */
  async until(what: string, isSo: (peer: Peer) => boolean, limitMs = 10_000): Promise<void> {
    const deadline = performance.now() + limitMs
    while (!isSo(this)) {
      if (performance.now() > deadline) {
        throw new Error(`never ${what}: ${this.bytes} bytes, ended ${this.ended}, error ${this.error}`)
      }
      await new Promise<void>(resolve => {
        this.#changed.add(resolve)
        setTimeout(resolve, 100)
      })
      this.#changed.clear()
    }
  }

  /** Waits for this text to have come in, after all that came before. */
  received(text: string): Promise<void> {
    return this.until(`received "${text}"`, peer => peer.text.endsWith(text))
  }

  /** Sends, and waits for the echo. Answers the time it took, ms. */
  async echo(text: string): Promise<number> {
    const startedAt = performance.now()
    const target = this.bytes + Buffer.byteLength(text)
    this.socket.write(text)
    await this.until(`received "${text}"`, peer => peer.bytes >= target && peer.text.endsWith(text))
    return performance.now() - startedAt
  }

  #notify(): void {
    for (const resolve of this.#changed) resolve()
  }
}

/** A connected client that keeps its side open until told otherwise. */
export async function startClient(port: number) {
  const peer = new Peer(connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }))
  await peer.until('connected', () => !peer.socket.connecting)
  return Object.assign(peer, { [Symbol.dispose]: () => peer.socket.destroy() })
}

export function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
