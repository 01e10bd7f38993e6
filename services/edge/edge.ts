/**
 * The front door of a region. It picks the app by the first label of the host name (`feed.us.localhost` -> `feed`), and the
 * service that answers for the app from the routing table in its configuration.
 */
import { z } from 'zod'
import { createBase } from '../common/app-base.ts'
import type { Log } from '../common/log.ts'
import type { FetchHandler } from '../common/serve.ts'

export const edgeConfigSchema = z.object({
  /** App -> the service that answers for it. */
  routes: z
    .record(z.string(), z.string())
    .refine(routes => Object.keys(routes).length > 0, 'no route at all'),
  /** How long an app may take, ms. */
  timeoutMs: z.number().int().min(1).default(5_000),
})
export type EdgeConfig = z.output<typeof edgeConfigSchema>

export interface EdgeWorld {
  region: string
  fetch: typeof fetch
  config: () => EdgeConfig
  /** Base address of each service that a route may name. */
  links: Record<string, string>
  log: Log
}

/** RFC 9110, 7.6.1: meant for one connection only. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

export function createEdge({ region, fetch, config, links, log }: EdgeWorld): FetchHandler {
  const app = createBase(log)

  app.all('*', async context => {
    const request = context.req.raw
    const url = new URL(request.url)
    const host = request.headers.get('host') ?? url.host
    const name = host.split('.')[0] ?? ''
    const target = links[config().routes?.[name] ?? '']
    if (target === undefined) return context.text(`no such app: ${name}`, 404)

    const headers = new Headers(request.headers)
    for (const header of [...hopByHop, 'host', 'content-length', 'expect']) headers.delete(header)
    headers.set('x-forwarded-host', host)
    headers.set('x-forwarded-proto', url.protocol.slice(0, -1))
    headers.set('x-region', region)

    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), config().timeoutMs)
    try {
      const body = request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer()
      const response = await fetch(`${target}${url.pathname}${url.search}`, {
        method: request.method,
        headers,
        body,
        redirect: 'manual',
        signal: controller.signal,
      })
      // Read whole: pages are small, the limit then covers all of the answer, and one cut short becomes a plain 502.
      const answer = await response.arrayBuffer()
      const hasBody = answer.byteLength > 0
      return new Response(hasBody ? answer : null, {
        status: response.status,
        headers: forwardable(response.headers),
      })
    } catch (error) {
      const timedOut = controller.signal.aborted
      log('app-failed', { app: name, reason: timedOut ? 'timeout' : String((error as Error).cause ?? error) })
      return context.text(
        timedOut ? 'the app took too long' : 'the app cannot be reached',
        timedOut ? 504 : 502,
      )
    } finally {
      clearTimeout(timer)
    }
  })
  return app
}

function forwardable(headers: Headers): Headers {
  const result = new Headers(headers)
  // fetch has decoded the body already.
  for (const header of [...hopByHop, 'content-encoding', 'content-length']) result.delete(header)
  return result
}
