import { z } from 'zod'
import { createConfigClient } from '../common/config-client.ts'
import { commonEnv, readEnv } from '../common/env.ts'
import { fileLastKnownGood } from '../common/last-known-good.ts'
import { jsonLog } from '../common/log.ts'
import { serve } from '../common/serve.ts'
import { createEdge, edgeConfigSchema } from './edge.ts'

const env = readEnv(commonEnv.extend({ REGION: z.string().min(1) }))
const log = jsonLog(env.NAME)
const { config: configUrl, ...links } = env.LINKS
const config = createConfigClient({
  url: configUrl,
  document: env.NAME,
  client: env.NAME,
  schema: edgeConfigSchema,
  defaults: { routes: Object.fromEntries(Object.keys(links).map(app => [app, app])), timeoutMs: 5_000 },
  ...(env.DATA_DIR ? { lastKnownGood: fileLastKnownGood(env.DATA_DIR, env.NAME) } : {}),
  fetch,
  log,
  mitigations: env.MITIGATIONS,
})
await config.start()
serve(createEdge({ region: env.REGION, fetch, config: config.current, links, log }), {
  host: env.HOST,
  port: env.PORT,
  log,
  onStop: config.stop,
})
