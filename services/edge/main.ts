import { z } from 'zod'
import { createConfigClient } from '../common/config-client.ts'
import { commonEnv, readEnv } from '../common/env.ts'
import { Health } from '../common/health.ts'
import { fileLastKnownGood } from '../common/last-known-good.ts'
import { jsonLog } from '../common/log.ts'
import { createFetch } from '../common/outbound.ts'
import { serve } from '../common/serve.ts'
import { createEdge, edgeConfigSchema, edgeSelfTest } from './edge.ts'

const env = readEnv(commonEnv.extend({ REGION: z.string().min(1) }))
const log = jsonLog(env.NAME)
const health = new Health()
const fetch = createFetch()
const { config: configUrl, ...links } = env.LINKS
const config = createConfigClient({
  url: configUrl,
  document: env.ROLE,
  client: env.NAME,
  role: env.ROLE,
  region: env.REGION,
  health,
  schema: edgeConfigSchema,
  // Every app by its own name: what the edge was deployed with.
  defaults: edgeConfigSchema.parse({ routes: Object.fromEntries(Object.keys(links).map(app => [app, app])) }),
  selfTest: edgeSelfTest(links),
  ...(env.DATA_DIR ? { lastKnownGood: fileLastKnownGood(env.DATA_DIR, env.ROLE) } : {}),
  fetch,
  log,
  mitigations: env.MITIGATIONS,
})
await config.start()
const edge = createEdge({
  region: env.REGION,
  fetch,
  config: config.current,
  links,
  mitigations: env.MITIGATIONS,
  health,
  log,
})
serve(edge, { host: env.HOST, port: env.PORT, log, onStop: config.stop })
