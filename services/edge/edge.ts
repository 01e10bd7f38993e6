/**
 * The front door of a region. It picks the app by the first label of the host name (`feed.us.localhost` -> `feed`), and
 * the instance that answers for the app from the routing table in its configuration.
 *
 * It is on the way of every request, so it does without a framework, and answers are handed on in the form that the
 * server writes without taking them apart again.
 */
import { z } from 'zod'
import type { SelfTest } from '../common/config-client.ts'
import type { Health } from '../common/health.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import { createSparing } from '../common/sparing.ts'
import { headersToApp, headersToUser } from './forward-headers.ts'
import { type OwnError, ownAnswer } from './own-answer.ts'
import { Places } from './places.ts'
import { readBody } from './request-body.ts'
import { createRouting, routesMax } from './routing.ts'

export const edgeConfigSchema = z.object({
  /** App -> the instance that answers for it; null withdraws the app. */
  routes: z
    .record(z.string(), z.string().nullable())
    .refine(routes => Object.values(routes).some(instance => instance !== null), 'no route at all')
    .refine(routes => Object.keys(routes).length <= routesMax, `more than ${routesMax} routes`),
  /** How long an app may take, ms. */
  timeoutMs: z.number().int().min(1).default(5_000),
  /** How many requests may be under way at a time. */
  places: z.number().int().min(1).default(256),
})
export type EdgeConfig = z.output<typeof edgeConfigSchema>

/** What a table must be able to do before it is taken up: each of its routes leads somewhere. */
export function edgeSelfTest(links: EdgeWorld['links']): SelfTest<EdgeConfig> {
  return async ({ routes }) => {
    const astray = Object.entries(routes).filter(([, to]) => to !== null && !Object.hasOwn(links, to))
    if (astray.length === 0) return { ok: true }
    const list = astray.map(([app, to]) => `${app} -> ${to}`).join(', ')
    return {
      ok: false,
      reason: `no such instance: ${list}; this edge knows ${Object.keys(links).join(', ')}`,
    }
  }
}

export interface EdgeWorld {
  region: string
  fetch: typeof fetch
  config: () => EdgeConfig
  /** Base address of each instance that a route may name. */
  links: Readonly<Record<string, string>>
  mitigations: Mitigations
  /** Bad: what ends without an app's answer below 500. */
  health: Health
  log: Log
}

export interface Edge {
  /** `peer`: address of who is at the other end of the connection, where the server knows it. */
  fetch(request: Request, peer?: string): Promise<Response>
}

const bodyLimitBytes = 64 * 1024
const bodyErrors = {
  'too-large': 'payload_too_large',
  'too-slow': 'request_timeout',
  broken: 'bad_request',
} as const
/** What fetch cannot send. */
const unsupportedMethods = new Set(['CONNECT', 'TRACE', 'TRACK'])
const hostPattern = /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i
const originPattern = /^(https?):\/\/[^/?#]*/

export function createEdge(world: EdgeWorld): Edge {
  const { region, config, mitigations, health } = world
  const routing = createRouting({
    routes: () => config().routes,
    links: world.links,
    keepLast: mitigations.has('keep-last-endpoints'),
    log: world.log,
  })
  const places = new Places({ total: () => config().places, bulkhead: mitigations.has('bulkhead') })
  const log = sparingLog(world.log)

  const failed = (request: Request, app: string, error: OwnError, reason: string) => {
    health.note(false)
    log(app, { app, error, reason })
    return ownAnswer(request, error)
  }

  return {
    async fetch(request, peer) {
      const [origin = '', protocol = 'http'] = originPattern.exec(request.url) ?? []
      const path = request.url.slice(origin.length)
      if (path === '/healthz') return Response.json({ status: 'ok' })
      const host = request.headers.get('host') ?? origin.slice(protocol.length + 3)
      const refusal = refusalOf(request, host)
      if (refusal) return ownAnswer(request, refusal)
      const app = (host.split(/[.:]/, 1)[0] ?? '').toLowerCase()
      const address = routing.addressOf(app)
      if (address === undefined) {
        // A table gone wrong shows itself in nothing but this.
        health.note(false)
        return ownAnswer(request, 'no_such_app')
      }

      const { timeoutMs } = config()
      // Before a place is taken: a slow sender holds up nobody but itself.
      const body = await readBody(request, { limitBytes: bodyLimitBytes, timeoutMs })
      if (body.kind !== 'body') return ownAnswer(request, bodyErrors[body.kind])
      if (!places.enter(app)) return failed(request, app, 'overloaded', 'no place left')
      const headers = headersToApp(request.headers, { region, host, protocol, peer })
      const outcome = await forward(
        world.fetch,
        `${address}${path}`,
        { method: request.method, headers, body: body.bytes, redirect: 'manual' },
        timeoutMs,
      )
      places.leave(app)
      if ('reason' in outcome) return failed(request, app, outcome.error, outcome.reason)
      health.note(outcome.status < 500)
      return outcome
    },
  }
}

/** What is wrong with a request whatever app it is for. */
function refusalOf(request: Request, host: string): OwnError | undefined {
  if (!hostPattern.test(host)) return 'bad_request'
  if (unsupportedMethods.has(request.method)) return 'not_implemented'
  // Other upgrades may be ignored (RFC 9110, 7.8); who asks for a web socket wants that or nothing.
  if (request.headers.get('upgrade')?.toLowerCase() === 'websocket') return 'not_implemented'
  return undefined
}

type Failure = { error: 'bad_gateway' | 'gateway_timeout'; reason: string }

/** Never rejects. */
async function forward(
  fetch: EdgeWorld['fetch'],
  url: string,
  init: RequestInit,
  timeoutMs: number,
): Promise<Response | Failure> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeoutMs)
  try {
    const response = await fetch(url, { ...init, signal: controller.signal })
    // Read whole: pages are small, the limit then covers all of the answer, and one cut short becomes a plain 502.
    const body = await response.arrayBuffer()
    return new Response(body.byteLength > 0 ? new Uint8Array(body) : null, {
      status: response.status,
      headers: headersToUser(response.headers),
    })
  } catch (error) {
    return controller.signal.aborted
      ? { error: 'gateway_timeout', reason: `no answer in ${timeoutMs} ms` }
      : { error: 'bad_gateway', reason: String((error as Error).cause ?? error) }
  } finally {
    clearTimeout(timer)
  }
}

/** One line a second for each app, which says how many there would have been. */
function sparingLog(log: Log): (app: string, fields: Record<string, unknown>) => void {
  const sparing = createSparing()
  return (app, fields) => {
    const unsaid = sparing(app)
    if (unsaid !== undefined) log('app-failed', { ...fields, unsaid })
  }
}
