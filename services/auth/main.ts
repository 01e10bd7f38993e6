import { Pool } from 'pg'
import { z } from 'zod'
import { createConfigClient } from '../common/config-client.ts'
import { commonEnv, jsonText, readEnv } from '../common/env.ts'
import { fileLastKnownGood } from '../common/last-known-good.ts'
import { jsonLog } from '../common/log.ts'
import { serve } from '../common/serve.ts'
import { createAuth } from './auth.ts'
import { authConfigSchema, defaultAuthConfig } from './config.ts'
import { createSelfTest } from './self-test.ts'
import { createPostgresStore } from './store-postgres.ts'

const env = readEnv(
  commonEnv.extend({
    ADMIN_TOKEN: z.string().min(16),
    DATABASE_URL: z.url(),
    LINKS: jsonText(z.object({ config: z.url().optional() })),
  }),
)
const log = jsonLog(env.NAME)
const pool = new Pool({
  connectionString: env.DATABASE_URL,
  max: 8,
  connectionTimeoutMillis: 2_000,
  statement_timeout: 3_000,
  query_timeout: 3_000,
})
// Without a listener a connection that breaks while idle would end the process.
pool.on('error', error => log('database-connection-lost', { reason: error.message }))

const store = createPostgresStore(pool)
const migrateTries = 100
for (let tried = 1; ; tried += 1) {
  try {
    await store.migrate()
    break
  } catch (error) {
    if (tried === migrateTries) throw error
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

const config = createConfigClient({
  url: env.LINKS.config,
  document: env.NAME,
  client: env.NAME,
  schema: authConfigSchema,
  defaults: defaultAuthConfig,
  // Asked only when a version arrives, so `config` is there.
  selfTest: candidate => selfTest(candidate),
  ...(env.DATA_DIR ? { lastKnownGood: fileLastKnownGood(env.DATA_DIR, env.NAME) } : {}),
  fetch,
  log,
  mitigations: env.MITIGATIONS,
})
const selfTest = createSelfTest({ store, config: config.current })
await config.start()
const auth = createAuth({ store, config: config.current, adminToken: env.ADMIN_TOKEN, log })
serve(auth, {
  host: env.HOST,
  port: env.PORT,
  log,
  onStop: async () => {
    config.stop()
    await pool.end()
  },
})
