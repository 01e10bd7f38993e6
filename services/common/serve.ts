import { serve as listen } from '@hono/node-server'
import type { Log } from './log.ts'
import type { ServerCertificate } from './server-certificate.ts'

/** What every service factory gives. */
export interface FetchHandler {
  /** `peer`: the address that the connection comes from. */
  fetch(request: Request, peer?: string): Response | Promise<Response>
}

export interface ServeOptions {
  host: string
  /** 0 lets the kernel choose. */
  port: number
  log: Log
  /** Makes it speak TLS. */
  certificate?: ServerCertificate | undefined
  /** Called once when the process is asked to stop. */
  onStop?: () => void | Promise<void>
}

/** Opens the service's socket, says so with the event `listening`, and stops on SIGTERM and SIGINT. */
export function serve(service: FetchHandler, { host, port, log, certificate, onStop }: ServeOptions): void {
  const fetch: Parameters<typeof listen>[0]['fetch'] = (request, { incoming }) =>
    service.fetch(request, incoming.socket.remoteAddress)
  const secure = certificate && {
    createServer: certificate.createServer,
    serverOptions: certificate.options,
  }
  const server = listen({ fetch, hostname: host, port, ...secure }, address => {
    log('listening', { port: address.port })
  })
  if ('setSecureContext' in server) certificate?.attach(server)
  server.on('error', error => {
    log('cannot-listen', { host, port, reason: error.message })
    process.exit(1)
  })
  const stop = async (signal: string) => {
    log('stopping', { signal })
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    await onStop?.()
    process.exit(0)
  }
  process.once('SIGTERM', () => void stop('SIGTERM'))
  process.once('SIGINT', () => void stop('SIGINT'))
}
