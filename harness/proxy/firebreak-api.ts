/**
 * The endpoints that Toxiproxy does not have:
 *
 *   GET    /firebreak/evidence                     what every proxy and toxic has done, live
 *   POST   /firebreak/leases/{holder}              renews all leases of a holder
 *   DELETE /firebreak/leases/{holder}              ends them: toxics go, proxies are enabled again
 *   POST   /firebreak/proxies/{proxy}/connections  {"action": "cut" | "reset" | "drain"}
 *   any    /metrics                                Prometheus text, if wanted
 *
 * and what Toxiproxy's own endpoints take beyond its fields:
 *
 *   POST or PATCH a toxic                      "lease": {"holder": "text", "ms": 5000}
 *   PATCH a proxy, with "enabled": false       the same
 *   PATCH a proxy                              "established": "cut" | "reset" | "drain"
 *
 * What is leased and not renewed in time ends by itself, and the evidence calls it expired.
 */
import { type Answer, ApiError, empty, json, jsonText } from './answers.ts'
import { connectionsBody, parseBody } from './bodies.ts'
import type { ProxyCollection } from './collection.ts'
import { writeJsonObject } from './go-json.ts'
import { metricsText } from './metrics.ts'
import type { ProxyChange } from './proxy.ts'
import type { Routes } from './router.ts'

/** The routes for the proxies of one server; `metrics` says whether there is /metrics. */
export function createFirebreakApi(proxies: ProxyCollection, { metrics }: { metrics: boolean }): Routes {
  const routes: Routes = {
    'GET /firebreak/evidence': () => {
      const shown = proxies.all().map(proxy => [proxy.name, proxy.report()] as const)
      return jsonText(200, `{"proxies":${writeJsonObject(shown)}}`)
    },
    'POST /firebreak/leases/{holder}': ({ holder = '' }) => {
      if (!proxies.leases.renew(holder)) throw noLease(holder)
      return empty(204)
    },
    'DELETE /firebreak/leases/{holder}': async ({ holder = '' }) => {
      if (!(await proxies.leases.return(holder))) throw noLease(holder)
      return empty(204)
    },
    'POST /firebreak/proxies/{proxy}/connections': ({ proxy = '' }, body) =>
      endConnections(proxies, proxy, body),
  }
  return metrics ? { ...routes, '* /metrics': () => metricsAnswer(proxies) } : routes
}

/** Throws ApiError 400: a lease on a proxy is a lease on its being disabled. */
export function requireDisabling(change: ProxyChange): void {
  if (change.enabled === false) return
  throw new ApiError(
    400,
    'bad request body: lease: a proxy can be leased only while it is disabled, so "enabled": false must come with it',
  )
}

/** Answers `{ connections }`, how many there were. To drain also disables the proxy, so that no new ones come. */
async function endConnections(proxies: ProxyCollection, name: string, body: string): Promise<Answer> {
  const proxy = proxies.get(name)
  const { action } = parseBody(connectionsBody, body)
  if (action === undefined) throw new ApiError(400, 'missing required field: action')
  if (action === 'drain') await proxies.update(name, { enabled: false, established: action })
  return json(200, { connections: proxy.endConnections(action) })
}

function noLease(holder: string): ApiError {
  return new ApiError(404, `lease not found: nothing is leased by ${JSON.stringify(holder)}`)
}

function metricsAnswer(proxies: ProxyCollection): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
    body: metricsText(proxies.all(), proxies.archive),
  }
}
