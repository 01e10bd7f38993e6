import { Health } from '../../../services/common/health.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { createEdge, type Edge, type EdgeConfig } from '../../../services/edge/edge.ts'

export interface TestEdge {
  ask(path: string, init?: RequestInit & { host?: string; peer?: string }): Promise<Response>
  /** Replaces the configuration, as a push does. */
  push(change: Partial<EdgeConfig>): void
  edge: Edge
  health: Health
}

/** An edge before `feed` and `photos`; what it calls is up to the test. */
export function testEdge({
  fetch = globalThis.fetch,
  mitigations = [],
  links = { feed: 'http://feed.test', photos: 'http://photos.test' },
  ...start
}: {
  fetch?: typeof globalThis.fetch
  mitigations?: Mitigation[]
  links?: Record<string, string>
} & Partial<EdgeConfig> = {}): TestEdge {
  let config: EdgeConfig = {
    routes: { feed: 'feed', photos: 'photos' },
    timeoutMs: 100,
    places: 8,
    ...start,
  }
  const health = new Health()
  const edge = createEdge({
    region: 'us',
    fetch,
    config: () => config,
    links,
    mitigations: new Set(mitigations),
    health,
    log: () => {},
  })
  return {
    edge,
    health,
    push: change => {
      config = { ...config, ...change }
    },
    ask(path, { host = 'feed.us.localhost:8080', peer, ...init } = {}) {
      const headers = new Headers(init.headers)
      headers.set('host', host)
      return edge.fetch(
        new Request(`http://feed.us.localhost:8080${path}`, { ...init, headers, redirect: 'manual' }),
        peer,
      )
    },
  }
}
