import { Pool } from 'pg'
import { z } from 'zod'
import { createConfigClient } from '../common/config-client.ts'
import { commonEnv, jsonText, readEnv } from '../common/env.ts'
import { Health } from '../common/health.ts'
import { fileLastKnownGood } from '../common/last-known-good.ts'
import { jsonLog } from '../common/log.ts'
import { serve } from '../common/serve.ts'
import { createAuth } from './auth.ts'
import { authPartsEnv, hasAuthParts } from './auth-parts-env.ts'
import { authConfigSchema, defaultAuthConfig } from './config.ts'
import { rareLog } from './rare-log.ts'
import { createSelfTest } from './self-test.ts'
import { StoreUnavailable } from './store.ts'
import { createPostgresStore, type PostgresStore } from './store-postgres.ts'

const env = readEnv(
  commonEnv.extend({
    ADMIN_TOKEN: z.string().min(16),
    DATABASE_URL: z.url(),
    /** A replica of it, from which sessions are read. */
    REPLICA_URL: z.url().optional(),
    /** Secrets of the services that may sign users in, introspect and revoke, by client id. */
    CLIENTS: jsonText(z.record(z.string().min(1), z.string().min(16))),
    LINKS: jsonText(z.record(z.string(), z.url())),
    ...authPartsEnv.shape,
    /** PEM: makes it speak TLS. Both or none. */
    TLS_CERT: z.string().optional(),
    TLS_KEY: z.string().optional(),
  }),
)
const log = jsonLog(env.NAME)
const pool = openPool(env.DATABASE_URL)
const store = createPostgresStore(pool)
const replicaPool = env.REPLICA_URL === undefined ? undefined : openPool(env.REPLICA_URL)
const replica = replicaPool && createPostgresStore(replicaPool)
await Promise.all([migrated(store), replica && migrated(replica)])

const certificate = await serverCertificate()
const health = new Health()
const config = createConfigClient({
  url: env.LINKS.config,
  document: env.ROLE,
  role: env.ROLE,
  region: env.REGION,
  client: env.NAME,
  schema: authConfigSchema,
  defaults: defaultAuthConfig,
  // Asked only when a version arrives, so `config` is there.
  selfTest: candidate => selfTest(candidate),
  ...(env.DATA_DIR ? { lastKnownGood: fileLastKnownGood(env.DATA_DIR, env.ROLE) } : {}),
  fetch,
  health,
  log,
  mitigations: env.MITIGATIONS,
})
const selfTest = createSelfTest({ store, config: config.current })
await config.start()
const parts = await authParts()
const auth = createAuth({
  store,
  replica,
  config: config.current,
  adminToken: env.ADMIN_TOKEN,
  clients: env.CLIENTS,
  cell: env.CELL,
  mitigations: env.MITIGATIONS,
  health,
  log,
  certificate,
  cache: parts?.cache,
  policy: parts?.policy,
  audit: parts?.audit,
})
auth.start()
serve(auth, {
  host: env.HOST,
  port: env.PORT,
  log,
  certificate,
  onStop: async () => {
    auth.stop()
    config.stop()
    parts?.stop()
    await Promise.all([pool.end(), replicaPool?.end()])
  },
})

/** Loaded only where there are any, as the certificate is. */
async function authParts() {
  if (!hasAuthParts(env)) return undefined
  const [{ createAuthParts }, { createFetch }] = await Promise.all([
    import('./auth-parts.ts'),
    import('../common/outbound.ts'),
  ])
  return createAuthParts({ env, store, config: config.current, fetch: createFetch(), log })
}

/** Loaded only where it is wanted: what it needs costs a start some milliseconds. */
async function serverCertificate() {
  const { TLS_CERT: certificate, TLS_KEY: key } = env
  if (certificate === undefined && key === undefined) return undefined
  const { ServerCertificate } = await import('../common/server-certificate.ts')
  return new ServerCertificate({ certificate: certificate ?? '', key: key ?? '' })
}

function openPool(connectionString: string): Pool {
  const pool = new Pool({
    connectionString,
    max: 8,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 3_000,
    query_timeout: 3_000,
  })
  // Without a listener a connection that breaks while idle would end the process.
  pool.on('error', error => log('database-connection-lost', { reason: error.message }))
  return pool
}

/** Waits for a database, however long that takes. */
async function migrated(store: PostgresStore): Promise<void> {
  const rare = rareLog(log)
  for (;;) {
    try {
      return await store.migrate()
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      rare('database-not-reached', { reason: error.message })
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
