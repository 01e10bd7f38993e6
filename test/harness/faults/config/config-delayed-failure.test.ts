import { serve } from '@hono/node-server'
import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import {
  configDelayedFailure,
  injectDelayedFailure,
} from '../../../../harness/faults/config/config-delayed-failure.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'
import { createAuth } from '../../../../services/auth/auth.ts'
import { type AuthConfig, authConfigSchema, defaultAuthConfig } from '../../../../services/auth/config.ts'
import { createSelfTest } from '../../../../services/auth/self-test.ts'
import { basicHeader } from '../../../../services/common/bearer.ts'
import type { ConfigClient } from '../../../../services/common/config-client.ts'
import { Health } from '../../../../services/common/health.ts'
import { createMemoryStore } from '../../../services/auth/store-memory.ts'
import { adminToken, startConfigWorld } from './support.ts'

const secret = 'what feed shows to its auth'

/** A config service, and an auth on a socket that goes by it. */
async function startAuthWorld({ staged = false } = {}) {
  const world = await startConfigWorld({ staged })
  const store = createMemoryStore()
  const client: ConfigClient<AuthConfig> = await world.client('auth-1', {
    schema: authConfigSchema,
    defaults: defaultAuthConfig,
    mitigations: ['config-validation'],
    selfTest: createSelfTest({ store, config: (): AuthConfig => client.current() }),
  })
  const auth = createAuth({
    store,
    config: client.current,
    adminToken,
    clients: { feed: secret },
    mitigations: new Set(),
    health: new Health(),
    log: () => {},
  })
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = serve({ fetch: auth.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
  const url = `http://127.0.0.1:${await promise}`
  return {
    client,
    stack: {
      ...world.stack,
      control: { ...world.stack.control, 'auth-1': url },
      clientSecrets: { feed: secret },
    },
    /** What a service is told. */
    async ask(): Promise<number> {
      const headers = { authorization: basicHeader({ id: 'feed', secret }) }
      const body = new URLSearchParams({ token: 'any' })
      return (await fetch(`${url}/introspect`, { method: 'POST', headers, body })).status
    },
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise(done => server.close(done))
      await world[Symbol.asyncDispose]()
    },
  }
}

describe('configDelayedFailure', () => {
  test.each([
    [{}, 'afterMs'],
    [{ afterMs: 999 }, 'afterMs'],
    [{ afterMs: 5_000, service: 'feed' }, 'service'],
  ])('refuses %j', (params, problem) => {
    expect(() => configDelayedFailure(params as never)).toThrow(ScenarioError)
    expect(() => configDelayedFailure(params as never)).toThrow(problem)
  })

  test('is aimed at auth', () => {
    const fault = configDelayedFailure({ afterMs: 5_000 })
    expect(fault).toMatchObject({ layer: 'config', target: 'auth' })
    expect([fault.problems(family), fault.problems(cellularFamily)]).toEqual([[], []])
    expect(fault.holds(family)).toEqual(['document:auth'])
  })

  test('passes every check and stage, and makes auth refuse its services later, until it is undone', async () => {
    await using world = await startAuthWorld({ staged: true })
    const began = Date.now()
    const injected = await injectDelayedFailure({ afterMs: 4_000 }, world.stack)
    expect(world.client.version()).toBe(2)
    expect(await world.ask()).toBe(200)
    expect((await injected.evidence()).map(({ observed }) => observed)).toEqual(['version 2 applied'])
    await expect.poll(() => world.ask(), { timeout: 15_000 }).toBe(401)
    expect(Date.now() - began).toBeGreaterThanOrEqual(4_000)
    expect(await injected.evidence()).toEqual([
      expect.objectContaining({ witness: 'acknowledgement of auth-1', observed: 'version 2 applied' }),
      {
        fault: 'config-delayed-failure',
        target: 'auth',
        witness: 'answer of auth-1 to feed',
        observed: '401 {"error":"invalid_client"}',
      },
    ])
    await injected.undo()
    expect(await world.ask()).toBe(200)
    expect(await injected.remains?.()).toEqual([])
  })
})
