import { z } from 'zod'
import { commonEnv, readEnv } from '../common/env.ts'
import { jsonLog } from '../common/log.ts'
import { serve } from '../common/serve.ts'
import { createAudit } from './audit.ts'

const env = readEnv(commonEnv.extend({ ADMIN_TOKEN: z.string().min(16) }))
const log = jsonLog(env.NAME)
serve(createAudit({ adminToken: env.ADMIN_TOKEN, log }), { host: env.HOST, port: env.PORT, log })
