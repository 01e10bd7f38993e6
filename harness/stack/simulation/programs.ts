/**
 * The services, made as their `main.ts` makes them, of the same environment; only what is outside of them is another: the
 * network, the disk, the database and the log. One entry for each program: a new one is a line in `programs`.
 */

import { z } from 'zod'
import { createApp } from '../../../services/app/app.ts'
import { appConfigSchema, defaultAppConfig } from '../../../services/app/app-config.ts'
import { definitionSchema } from '../../../services/app/roles/defined.ts'
import { noRole, roleOf } from '../../../services/app/roles/index.ts'
import { createAudit } from '../../../services/audit/audit.ts'
import { createAuth } from '../../../services/auth/auth.ts'
import { createAuthParts } from '../../../services/auth/auth-parts.ts'
import { authPartsEnv } from '../../../services/auth/auth-parts-env.ts'
import { authConfigSchema, defaultAuthConfig } from '../../../services/auth/config.ts'
import { createSelfTest } from '../../../services/auth/self-test.ts'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import { createPostgresStore, type PostgresStore } from '../../../services/auth/store-postgres.ts'
import { createCache } from '../../../services/cache/cache.ts'
import { createConfigClient } from '../../../services/common/config-client.ts'
import { createDirectory, discoverySchema } from '../../../services/common/discovery.ts'
import { commonEnv, jsonText } from '../../../services/common/env.ts'
import { Health } from '../../../services/common/health.ts'
import type { Log } from '../../../services/common/log.ts'
import type { FetchHandler } from '../../../services/common/serve.ts'
import { createConfig } from '../../../services/config/config.ts'
import { createEdge, edgeConfigSchema, edgeSelfTest } from '../../../services/edge/edge.ts'
import { edgesIn, familyProducts, productsSchema } from '../../../services/status/products.ts'
import { createStatus } from '../../../services/status/status.ts'
import type { Program } from '../topology.ts'
import { type Disk, documentsOn, lastKnownGoodOn } from './disk.ts'
import type { VirtualNetwork } from './network.ts'
import { VirtualPool } from './pool.ts'

/** What a service finds outside of itself. */
export interface Outside {
  env: Readonly<Record<string, string>>
  network: VirtualNetwork
  fetch: typeof fetch
  disk: Disk
  log: Log
}

export interface RunningService extends FetchHandler {
  stop(): void
}

/** Makes a service; resolves when it would begin to listen. What is wrong with its environment is thrown. */
type Start = (outside: Outside) => Promise<RunningService>

export const programs: Readonly<Record<Exclude<Program, 'postgres'>, Start>> = {
  config: async ({ env, disk, log }) => {
    const operator = commonEnv.extend({
      ADMIN_TOKEN: z.string(),
      DOCUMENTS: jsonText(z.record(z.string(), z.unknown())),
    })
    const { DOCUMENTS: documents, ADMIN_TOKEN: adminToken, MITIGATIONS: mitigations } = operator.parse(env)
    const config = createConfig({ documents, adminToken, log, mitigations, store: documentsOn(disk) })
    return { fetch: request => config.fetch(request), stop: () => config.stop() }
  },

  auth: startAuth,

  cache: async ({ log }) => ({ ...createCache({ log }), stop() {} }),

  audit: async ({ env, log }) => {
    const { ADMIN_TOKEN: adminToken } = commonEnv.extend({ ADMIN_TOKEN: z.string() }).parse(env)
    return { ...createAudit({ adminToken, log }), stop() {} }
  },

  app: async outside => {
    const { env, fetch, log } = outside
    const secrets = { CLIENT_SECRET: z.string(), APP_SECRET: z.string() }
    const own = commonEnv.extend({ ...secrets, DEFINITION: jsonText(definitionSchema).optional() }).parse(env)
    const { MITIGATIONS: mitigations, LINKS: links, ROLE, DISCOVERY } = own
    const role = roleOf(own)
    if (!role) throw new Error(noRole.message)
    const health = new Health()
    const config = watch(outside, {
      document: ROLE,
      schema: appConfigSchema,
      defaults: defaultAppConfig,
      health,
    })
    const discovery = watch(outside, {
      document: 'discovery',
      schema: discoverySchema,
      defaults: DISCOVERY,
      health,
    })
    await Promise.all([config.start(), discovery.start()])
    const app = createApp({
      ...{ role, fetch, health, mitigations, log },
      directory: createDirectory({ document: discovery.current, links, mitigations, log }),
      clientSecret: own.CLIENT_SECRET,
      secret: new Uint8Array(Buffer.from(own.APP_SECRET, 'base64url')),
      config: config.current,
    })
    app.start()
    return {
      fetch: request => app.fetch(request),
      stop() {
        config.stop()
        discovery.stop()
        app.stop()
      },
    }
  },

  edge: async outside => {
    const own = commonEnv.extend({ REGION: z.string() }).parse(outside.env)
    const { config: _, ...links } = own.LINKS
    const health = new Health()
    const routes = Object.fromEntries(Object.keys(links).map(app => [app, app]))
    const config = watch(outside, {
      ...{ document: own.ROLE, schema: edgeConfigSchema, health },
      defaults: edgeConfigSchema.parse({ routes }),
      selfTest: edgeSelfTest(links),
    })
    await config.start()
    const { fetch, log } = outside
    const edge = createEdge({
      ...{ region: own.REGION, fetch, links, mitigations: own.MITIGATIONS, health, log },
      config: config.current,
    })
    return { fetch: (request, peer) => edge.fetch(request, peer), stop: config.stop }
  },

  status: async ({ env, fetch, log }) => {
    const own = commonEnv
      .extend({ ADMIN_TOKEN: z.string(), OWN_PRODUCTS: jsonText(productsSchema).default([]) })
      .parse(env)
    const products = [...familyProducts, ...own.OWN_PRODUCTS]
    const status = createStatus({
      ...{ products, edges: edgesIn(own.LINKS), fetch, adminToken: own.ADMIN_TOKEN },
      ...{ probesPerSecond: 8, log },
    })
    status.start()
    return { fetch: request => status.fetch(request), stop: status.stop }
  },
}

interface Watched<T extends object> {
  document: string
  schema: z.ZodType<T>
  defaults: T
  health: Health
  selfTest?: Parameters<typeof createConfigClient<T>>[0]['selfTest']
}

/** Watches a document for this instance. */
function watch<T extends object>({ env, fetch, disk, log }: Outside, watched: Watched<T>) {
  const { LINKS, NAME, ROLE, REGION, MITIGATIONS: mitigations } = commonEnv.parse(env)
  const { document, schema, defaults, health, selfTest } = watched
  return createConfigClient<T>({
    ...{ url: LINKS.config, document, client: NAME, role: ROLE, region: REGION, health, schema, defaults },
    ...(selfTest ? { selfTest } : {}),
    ...{ lastKnownGood: lastKnownGoodOn(disk, document), fetch, log, mitigations },
  })
}

/** As services/auth/main.ts has it. */
const poolLimits = { max: 8, connectionTimeoutMillis: 2_000, query_timeout: 3_000 }

async function startAuth(outside: Outside): Promise<RunningService> {
  const { env, network, log } = outside
  const own = commonEnv
    .extend({
      ADMIN_TOKEN: z.string(),
      DATABASE_URL: z.url(),
      REPLICA_URL: z.url().optional(),
      CLIENTS: jsonText(z.record(z.string(), z.string())),
      ...authPartsEnv.shape,
    })
    .parse(env)
  const storeAt = (url: string) =>
    createPostgresStore(VirtualPool.for(network, new URL(url).host, poolLimits))
  const store = storeAt(own.DATABASE_URL)
  const replica = own.REPLICA_URL === undefined ? undefined : storeAt(own.REPLICA_URL)
  await Promise.all([migrated(store), replica && migrated(replica)])
  const health = new Health()
  const config = watch(outside, {
    ...{ document: own.ROLE, schema: authConfigSchema, defaults: defaultAuthConfig, health },
    // Asked only when a version arrives, so `config` is there.
    selfTest: candidate => selfTest(candidate),
  })
  const selfTest = createSelfTest({ store, config: config.current })
  await config.start()
  const parts = createAuthParts({ env: own, store, config: config.current, fetch: outside.fetch, log })
  const auth = createAuth({
    ...{ store, replica, adminToken: own.ADMIN_TOKEN, clients: own.CLIENTS, cell: own.CELL, health, log },
    config: config.current,
    mitigations: own.MITIGATIONS,
    cache: parts.cache,
    policy: parts.policy,
    audit: parts.audit,
  })
  auth.start()
  return {
    fetch: request => auth.fetch(request),
    stop() {
      auth.stop()
      config.stop()
      parts.stop()
    },
  }
}

/** Waits for a database, however long that takes. */
async function migrated(store: PostgresStore): Promise<void> {
  for (;;) {
    try {
      return await store.migrate()
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
