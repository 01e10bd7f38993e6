/** Which address answers for an app. The table comes with the configuration, and may change at any moment. */
import type { Log } from '../common/log.ts'

/** App -> the instance that answers for it; null withdraws the app on purpose. */
export type Routes = Readonly<Record<string, string | null>>

/** What an edge sets room aside for: twice as many apps as there are would already be too many. */
export const routesMax = 12

export interface RoutingOptions {
  /** The table in use; a changed table is another object. */
  routes: () => Routes
  /** Base address of each instance that a route may name. */
  links: Readonly<Record<string, string>>
  /**
   * `keep-last-endpoints`: an app whose route has vanished, or leads to an instance that nobody knows, keeps the last
   * route that led somewhere. An emptied table is far more often a broken table than a wish. Null is a wish.
   */
  keepLast: boolean
  log: Log
}

export interface Routing {
  /** Base address for an app, or undefined if nothing answers for it. */
  addressOf(app: string): string | undefined
}

export function createRouting({ routes, links, keepLast, log }: RoutingOptions): Routing {
  const known = new Map(Object.entries(links))
  let table = routes()
  let addresses = resolve(table, known, new Map())

  return {
    addressOf(app) {
      const current = routes()
      if (current !== table) {
        const kept = keepLast ? addresses : new Map<string, string>()
        // One that it has no room for is met again with the next request.
        addresses = resolve(current, known, kept)
        table = current
        const lost = [...kept.keys()].filter(name => addresses.has(name) && !leads(table, known, name))
        if (lost.length > 0) log('routes-kept', { apps: lost })
      }
      return addresses.get(app)
    },
  }
}

function resolve(
  table: Routes,
  known: ReadonlyMap<string, string>,
  kept: ReadonlyMap<string, string>,
): Map<string, string> {
  const addresses = new Map(kept)
  // Unvalidated configuration may hold anything here, nothing included.
  const routes = Object.entries(table ?? {})
  if (routes.length > routesMax) throw new RangeError(`${routes.length} routes, and room for ${routesMax}`)
  for (const [app, instance] of routes) {
    const address = instance === null ? undefined : known.get(instance)
    if (address !== undefined) addresses.set(app, address)
    else if (instance === null) addresses.delete(app)
  }
  return addresses
}

function leads(table: Routes, known: ReadonlyMap<string, string>, app: string): boolean {
  const instance = Object.entries(table ?? {}).find(([name]) => name === app)?.[1]
  return typeof instance === 'string' && known.has(instance)
}
