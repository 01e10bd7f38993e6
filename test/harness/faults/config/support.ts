/** A config service on a socket with real clients of its documents: what a config fault needs of a stack. */
import { serve } from '@hono/node-server'
import { z } from 'zod'
import { firstDocuments } from '../../../../harness/stack/documents.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { family, type Topology } from '../../../../harness/stack/topology.ts'
import { createConfigClient, type SelfTest } from '../../../../services/common/config-client.ts'
import type { Mitigation } from '../../../../services/common/mitigations.ts'
import { createConfig } from '../../../../services/config/config.ts'

export const adminToken = 'operators-only-token'
const anything = z.looseObject({})

export interface ClientOptions<T extends object> {
  document?: string
  mitigations?: readonly Mitigation[]
  /** What it takes, with `config-validation`. */
  schema?: z.ZodType<T>
  defaults?: T
  selfTest?: SelfTest<T>
}

export interface ConfigWorldOptions {
  staged?: boolean
  topology?: Topology
  /** Default: those of the topology. */
  documents?: Record<string, unknown>
}

export async function startConfigWorld({
  staged = false,
  topology = family,
  documents = firstDocuments(topology),
}: ConfigWorldOptions = {}) {
  const app = createConfig({
    documents,
    adminToken,
    log: () => {},
    watchMs: 500,
    bakeMs: 100,
    mitigations: new Set<Mitigation>(staged ? ['staged-config-rollout'] : []),
  })
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
  const url = `http://127.0.0.1:${await promise}`
  const clients: { stop(): void }[] = []
  return {
    stack: { control: { config: url }, adminToken, topology } as unknown as Stack,
    /** Starts a client, which has its document when this resolves. */
    async client<T extends object = Record<string, unknown>>(name: string, options: ClientOptions<T> = {}) {
      const { document = 'auth', mitigations = [], schema = anything, defaults = {}, selfTest } = options
      const client = createConfigClient<T>({
        url,
        document,
        client: name,
        schema: schema as z.ZodType<T>,
        defaults: defaults as T,
        ...(selfTest === undefined ? {} : { selfTest }),
        fetch,
        log: () => {},
        mitigations: new Set(mitigations),
      })
      clients.push(client)
      await client.start()
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.stop()
      app.stop()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}
