/** The clients. A process of its own, so that they and the servers do not wait for each other. */
import { connect, type Socket } from 'node:net'
import { addEffect } from './effect.ts'
import { answer, doJobs, request } from './jobs.ts'
import { percentile } from './statistics.ts'

const block = Buffer.alloc(256 * 1024)
/** What all clients read into: nobody looks at it. */
const scratch = Buffer.alloc(256 * 1024)
const warmUpMessages = 20
let sockets: Socket[] = []
let bytes = 0
let latencies: number[] = []
let markedAt = 0

const clients = {
  requests: (port: number) => {
    let missing = answer.length
    let sentAt = 0
    return client(port, (read, socket) => {
      missing -= read
      if (missing > 0) return
      latencies.push(performance.now() - sentAt)
      missing = answer.length
      ask(socket)
    }).then(ask)
    function ask(socket: Socket) {
      sentAt = performance.now()
      socket.write(request)
    }
  },
  send: async (port: number) => {
    const socket = await client(port, () => {})
    const send = () => {
      while (socket.writable && socket.write(block)) {}
    }
    socket.on('drain', send)
    send()
  },
  take: async (port: number) => {
    await client(port, read => {
      bytes += read
    })
  },
}

/** A connected client that tells how much it reads, not what. */
function client(port: number, take: (bytes: number, socket: Socket) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const onread = {
      buffer: scratch,
      callback(read: number) {
        take(read, socket)
        return true
      },
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    sockets.push(socket)
    socket.once('connect', () => resolve(socket))
    socket.on('error', reject)
  })
}

/** Writes, and waits until as much has come back. */
function exchange(socket: Socket, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const target = socket.bytesRead + data.length
    const watch = setInterval(() => {
      if (socket.destroyed) reject(new Error('the connection was closed'))
      if (socket.bytesRead >= target || socket.destroyed) done()
    }, 1)
    const done = () => {
      clearInterval(watch)
      resolve()
    }
    socket.write(data)
  })
}

/** Messages of 8 bytes, so that none is ever split where it matters; they come back in order. */
async function roundTrips(input: { port: number; gapMs: number; ms: number }): Promise<number[]> {
  const sent: number[] = []
  const took: number[] = []
  let got = 0
  const socket = await client(input.port, read => {
    const now = performance.now()
    for (got += read; got >= 8; got -= 8) took.push(now - (sent[took.length] ?? Number.NaN))
  })
  const message = Buffer.alloc(8)
  const until = performance.now() + input.ms
  await new Promise<void>(resolve => {
    const timer = setInterval(() => {
      if (performance.now() < until) {
        sent.push(performance.now())
        socket.write(message)
      } else if (took.length === sent.length) {
        clearInterval(timer)
        resolve()
      }
    }, input.gapMs)
  })
  socket.destroy()
  // While the first were sent, the proxy still dialled.
  return took.slice(warmUpMessages)
}

/** From the first arrival to the last, so that neither a start nor half a piece counts. */
async function rate({ port, ms }: { port: number; ms: number }): Promise<number> {
  let first: number | undefined
  let last = 0
  let total = 0
  await client(port, read => {
    last = performance.now()
    if (first === undefined) first = last
    else total += read
  })
  await new Promise(resolve => setTimeout(resolve, ms))
  return total / (last - (first ?? Number.NaN))
}

doJobs({
  start: async ({ what, port, connections }) => {
    await Promise.all(Array.from({ length: connections }, () => clients[what](port)))
  },
  open: async ({ port, connections }) => {
    for (let left = connections; left > 0; left -= 100) {
      await Promise.all(Array.from({ length: Math.min(100, left) }, () => client(port, () => {})))
    }
  },
  exchange: async ({ bytes }) => {
    const data = Buffer.alloc(bytes)
    for (const socket of sockets) await exchange(socket, data)
  },
  mark() {
    bytes = 0
    latencies = []
    markedAt = performance.now()
  },
  read: () => ({
    requests: latencies.length,
    bytes,
    ms: performance.now() - markedAt,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  }),
  stop: async () => {
    const closing = sockets
      .filter(({ closed }) => !closed)
      .map(socket => new Promise(resolve => socket.once('close', resolve).destroy()))
    sockets = []
    await Promise.all(closing)
  },
  roundTrips,
  rate,
  effect: input => addEffect(input, (port, take) => client(port, take)),
})
