/** The servers. A process of its own, so that they and the clients do not wait for each other. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { answer, doJobs, request } from './jobs.ts'

const block = Buffer.alloc(256 * 1024)
let bytes = 0
let markedAt = performance.now()

const serve = {
  http(socket: Socket) {
    let pending = 0
    socket.on('data', data => {
      for (pending += data.length; pending >= request.length; pending -= request.length) socket.write(answer)
    })
  },
  echo(socket: Socket) {
    socket.on('data', data => {
      if (!socket.write(data)) socket.pause()
    })
    socket.on('drain', () => socket.resume())
  },
  sink(socket: Socket) {
    socket.on('data', data => {
      bytes += data.length
    })
  },
  source(socket: Socket) {
    const send = () => {
      while (socket.writable && socket.write(block)) {}
    }
    socket.on('drain', send)
    socket.resume()
    send()
  },
}

async function listen(take: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, socket => {
    socket.on('error', () => {})
    take(socket)
  })
  await new Promise<void>(resolve => server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve))
  return (server.address() as AddressInfo).port
}

const ports = {
  http: await listen(serve.http),
  echo: await listen(serve.echo),
  sink: await listen(serve.sink),
  source: await listen(serve.source),
}

doJobs({
  ports: () => ports,
  mark() {
    bytes = 0
    markedAt = performance.now()
  },
  read: () => ({ requests: 0, bytes, ms: performance.now() - markedAt, p50Ms: 0, p99Ms: 0 }),
})
