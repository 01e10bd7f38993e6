/** What an auth has only in some stacks: a cache of sessions, a setting kept there, a sink for what it reports. */
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import { AuditTrail } from './audit-trail.ts'
import type { AuthWorld } from './auth.ts'
import type { AuthPartsEnv } from './auth-parts-env.ts'
import { createCacheClient } from './cache-client.ts'
import type { AuthConfig } from './config.ts'
import { createCredentialPolicy } from './credential-policy.ts'
import { rareLog } from './rare-log.ts'

interface PartsEnv extends AuthPartsEnv {
  LINKS: Readonly<Record<string, string>>
  CELL?: string | undefined
  MITIGATIONS: Mitigations
}

export interface AuthPartsWorld extends Pick<AuthWorld, 'store'> {
  env: PartsEnv
  config: () => AuthConfig
  fetch: typeof fetch
  log: Log
}

export interface AuthExtras extends Pick<AuthWorld, 'cache' | 'policy' | 'audit'> {
  /** Ends what goes on in the background. */
  stop(): void
}

export function createAuthParts({ env, store, config, fetch, log }: AuthPartsWorld): AuthExtras {
  const { CACHE: kind, SETTINGS: settings, MITIGATIONS: mitigations } = env
  const client = createCacheClient({
    caches: linksTo('session-cache', env),
    inUse: () => config().sessionCache,
    fetch,
    log,
  })
  const [sink] = Object.values(linksTo('audit', env))
  const audit =
    sink === undefined ? undefined : new AuditTrail({ url: sink, fetch, mitigations, log: rareLog(log) })
  return {
    cache: kind && { kind, client },
    policy: settings && createCredentialPolicy({ store, cache: client, mitigations, log: rareLog(log) }),
    audit,
    stop() {
      client.stop()
      audit?.stop()
    },
  }
}

/** Base address of each instance of a service, by its role: in a cell an instance's name ends with the cell's. */
function linksTo(service: string, { LINKS: links, CELL: cell }: PartsEnv): Record<string, string> {
  const suffix = cell === undefined ? '' : `-${cell}`
  const roleOf = (name: string) => (name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name)
  return Object.fromEntries(
    Object.entries(links)
      .filter(([name]) => name.startsWith(service))
      .map(([name, url]) => [roleOf(name), url]),
  )
}
