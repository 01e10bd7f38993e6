import { z } from 'zod'
import { commonEnv, jsonText, readEnv } from '../common/env.ts'
import { jsonLog } from '../common/log.ts'
import { serve } from '../common/serve.ts'
import { hostFetch } from './host-fetch.ts'
import { edgesIn, familyProducts, productsSchema } from './products.ts'
import { createStatus } from './status.ts'

const env = readEnv(
  commonEnv.omit({ MITIGATIONS: true, DISCOVERY: true }).extend({
    ROLE: z.string().default('status'),
    ADMIN_TOKEN: z.string().min(1).optional(),
    PRODUCTS: jsonText(productsSchema).optional(),
    /** Besides those of the family. */
    OWN_PRODUCTS: jsonText(productsSchema).default([]),
    /** Looks in a second, over all apps and regions. */
    PROBES_PER_SECOND: z.coerce.number().min(0.1).max(100).default(8),
  }),
)
const log = jsonLog(env.NAME)
const status = createStatus({
  products: env.PRODUCTS ?? [...familyProducts, ...env.OWN_PRODUCTS],
  edges: edgesIn(env.LINKS),
  fetch: hostFetch,
  adminToken: env.ADMIN_TOKEN,
  probesPerSecond: env.PROBES_PER_SECOND,
  log,
})
status.start()
serve(status, { host: env.HOST, port: env.PORT, log, onStop: status.stop })
