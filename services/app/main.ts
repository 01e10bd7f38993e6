import { z } from 'zod'
import { createConfigClient } from '../common/config-client.ts'
import { createDirectory, discoverySchema } from '../common/discovery.ts'
import { commonEnv, jsonText, readEnv } from '../common/env.ts'
import { Health } from '../common/health.ts'
import { fileLastKnownGood } from '../common/last-known-good.ts'
import { jsonLog } from '../common/log.ts'
import { createFetch } from '../common/outbound.ts'
import { serve } from '../common/serve.ts'
import { createApp } from './app.ts'
import { appConfigSchema, defaultAppConfig } from './app-config.ts'
import type { Role } from './role.ts'
import { definitionSchema } from './roles/defined.ts'
import { noRole, roleOf } from './roles/index.ts'

const secretBytes = 32

const env = readEnv(
  commonEnv
    .extend({
      /** Of an app that is none of those in roles/. */
      DEFINITION: jsonText(definitionSchema).optional(),
      CLIENT_SECRET: z.string().min(1),
      APP_SECRET: z
        .base64url()
        .transform(text => new Uint8Array(Buffer.from(text, 'base64url')))
        .refine(bytes => bytes.length === secretBytes, `must be ${secretBytes} bytes in base64url`),
      /** PEM: who vouches for the services that it calls over TLS. */
      TLS_CA: z.string().optional(),
    })
    .refine(wanted => roleOf(wanted) !== undefined, noRole),
)
const { MITIGATIONS: mitigations, LINKS: links } = env
const log = jsonLog(env.NAME)
const role = roleOf(env) as Role
const fetch = createFetch({ ca: env.TLS_CA })
const health = new Health()

/** Watches a document for this instance. */
function watch<T extends object>(document: string, schema: z.ZodType<T>, defaults: T) {
  return createConfigClient({
    url: links.config,
    document,
    client: env.NAME,
    role: env.ROLE,
    region: env.REGION,
    health,
    schema,
    defaults,
    ...(env.DATA_DIR ? { lastKnownGood: fileLastKnownGood(env.DATA_DIR, document) } : {}),
    fetch,
    log,
    mitigations,
  })
}

const config = watch(env.ROLE, appConfigSchema, defaultAppConfig)
const discovery = watch('discovery', discoverySchema, env.DISCOVERY)
await Promise.all([config.start(), discovery.start()])

const app = createApp({
  role,
  fetch,
  directory: createDirectory({ document: discovery.current, links, mitigations, log }),
  clientSecret: env.CLIENT_SECRET,
  secret: env.APP_SECRET,
  config: config.current,
  health,
  mitigations,
  log,
})
app.start()
serve(app, {
  host: env.HOST,
  port: env.PORT,
  log,
  onStop: () => {
    config.stop()
    discovery.stop()
    app.stop()
  },
})
