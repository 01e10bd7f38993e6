import { z } from 'zod'
import { commonEnv, jsonText, readEnv } from '../common/env.ts'
import { jsonLog } from '../common/log.ts'
import { serve } from '../common/serve.ts'
import { createConfig } from './config.ts'
import { fileDocumentStore } from './document-store.ts'

const env = readEnv(
  commonEnv.extend({
    ADMIN_TOKEN: z.string().min(16),
    DOCUMENTS: jsonText(z.record(z.string(), z.unknown())).default({}),
  }),
)
const log = jsonLog(env.NAME)
const config = createConfig({
  documents: env.DOCUMENTS,
  adminToken: env.ADMIN_TOKEN,
  log,
  mitigations: env.MITIGATIONS,
  ...(env.DATA_DIR ? { store: fileDocumentStore(env.DATA_DIR, log) } : {}),
})
serve(config, { host: env.HOST, port: env.PORT, log, onStop: config.stop })
