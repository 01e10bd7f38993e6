import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { afterAll, describe, expect, test } from 'vitest'
import { conformanceChecks } from './conformance-checks.ts'
import { password, services, startAuth, systemSecret } from './helpers.ts'

const scopes = ['messages:read', 'messages:write']
const auth = startAuth({ mitigations: ['jwks-overlap', 'load-shedding', 'bulkhead'] })
await auth.createUsers('user', 1)
await auth.createClients('shop-', scopes)
const server = createAdaptorServer({ fetch: request => auth.auth.fetch(request) })
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
afterAll(() => {
  server.close()
})

const checks = conformanceChecks({
  baseUrl: `http://127.0.0.1:${port}`,
  issuer: 'https://auth.firebreak.test',
  audience: 'firebreak-apps',
  service: { id: 'feed', secret: services.feed },
  system: { id: 'shop-0', secret: systemSecret, scopes },
  user: { username: 'user0', password },
})

describe('to a foreign client, auth conforms in', () => {
  test.each(checks)('$name', ({ run }) => run())
})

test('the checks fail for an auth that does not conform', async () => {
  auth.setConfig({ issuer: 'https://wrong.example' })
  const results = await Promise.allSettled(checks.map(({ run }) => run()))
  auth.setConfig({ issuer: 'https://auth.firebreak.test' })
  expect(results.map(({ status }) => status)).toEqual(checks.map(() => 'rejected'))
})
