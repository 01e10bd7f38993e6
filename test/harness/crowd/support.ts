/** Apps on local sockets that play every answer, for clients that are real. */
import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { Client } from '../../../harness/crowd/client.ts'

export const account = { username: 'ann', password: 'right' }

/** A Hono app on a socket; `door` is its address. */
export async function startApp(app = new Hono()) {
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
  const door = `http://127.0.0.1:${await promise}`
  return {
    app,
    door,
    place: { door, host: 'feed.us.localhost', address: '10.1.2.3' },
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

/** A server that does to each connection what it is told, below HTTP, once the first bytes have come. */
export async function startRaw(serveOne: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => serveOne(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    place: { door: `http://127.0.0.1:${port}`, host: 'feed.us.localhost', address: '10.1.2.3' },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Begins an answer and cuts it in the middle. */
export function cutMidAnswer(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it', () => socket.destroy())
}

/** Resets the connection instead of answering. */
export function resetBeforeAnswer(socket: Socket): void {
  socket.resetAndDestroy()
}

/** An address at which nothing listens. */
export async function nowhere() {
  const app = await startApp()
  await app[Symbol.asyncDispose]()
  return app.place
}

/** What a client has that names its session to an operator. */
export async function credentialOf(client: Client): Promise<string | undefined> {
  let named: string | undefined
  await client.revokeElsewhere(async credential => {
    named = credential
  })
  return named
}
