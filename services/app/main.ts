import { z } from 'zod'
import { createConfigClient } from '../common/config-client.ts'
import { commonEnv, jsonText, readEnv } from '../common/env.ts'
import { fileLastKnownGood } from '../common/last-known-good.ts'
import { jsonLog } from '../common/log.ts'
import { serve } from '../common/serve.ts'
import { createApp } from './app.ts'
import { appConfigSchema, defaultAppConfig } from './app-config.ts'
import { roles } from './roles/index.ts'

const env = readEnv(
  commonEnv.extend({
    ROLE: z.enum(Object.keys(roles) as [string, ...string[]]),
    LINKS: jsonText(z.object({ auth: z.url(), config: z.url().optional() })),
  }),
)
const log = jsonLog(env.NAME)
const role = roles[env.ROLE]
if (!role) throw new Error(`no role ${env.ROLE}`)

const config = createConfigClient({
  url: env.LINKS.config,
  document: env.NAME,
  client: env.NAME,
  schema: appConfigSchema,
  defaults: defaultAppConfig,
  ...(env.DATA_DIR ? { lastKnownGood: fileLastKnownGood(env.DATA_DIR, env.NAME) } : {}),
  fetch,
  log,
  mitigations: env.MITIGATIONS,
})
await config.start()
const app = createApp({
  role,
  fetch,
  authUrl: env.LINKS.auth,
  config: config.current,
  mitigations: env.MITIGATIONS,
  log,
})
app.start()
serve(app, {
  host: env.HOST,
  port: env.PORT,
  log,
  onStop: () => {
    config.stop()
    app.stop()
  },
})
