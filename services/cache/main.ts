import { commonEnv, readEnv } from '../common/env.ts'
import { jsonLog } from '../common/log.ts'
import { serve } from '../common/serve.ts'
import { createCache } from './cache.ts'

const env = readEnv(commonEnv)
const log = jsonLog(env.NAME)
serve(createCache({ log }), { host: env.HOST, port: env.PORT, log })
