import { serve } from '@hono/node-server'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { HarnessError, ScenarioError } from '../../../harness/errors.ts'
import { configPush, injectConfigPush } from '../../../harness/faults/config-push.ts'
import { ConfigControl } from '../../../harness/stack/config-control.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { family } from '../../../harness/stack/topology.ts'
import { createConfigClient } from '../../../services/common/config-client.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { createConfig } from '../../../services/config/config.ts'

const first = { issuer: 'https://auth.test', list: [1, null, { a: null }], nothing: null }
const change = { issuer: 'https://wrong.test', nothing: { at: 'all' } }
const adminToken = 'operators-only-token'

/** A config service on a socket, and a way to start real clients of its document `auth`. */
async function startConfig() {
  const app = createConfig({ documents: { auth: first }, adminToken, log: () => {}, watchMs: 500 })
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
  const url = `http://127.0.0.1:${await promise}`
  const clients: { stop(): void }[] = []
  return {
    stack: { control: { config: url }, adminToken } as unknown as Stack,
    async client(name: string, mitigations: Mitigation[] = []) {
      const client = createConfigClient<Record<string, unknown>>({
        url,
        document: 'auth',
        client: name,
        schema: z.looseObject({ issuer: z.literal(first.issuer) }),
        defaults: {},
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
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

describe('configPush', () => {
  test.each([
    [{ change: { a: 1 } }, 'service'],
    [{ service: '', change: { a: 1 } }, 'service'],
    [{ service: 'auth' }, 'change'],
    [{ service: 'auth', change: {} }, 'changes nothing'],
    [{ service: 'auth', change: 'issuer' }, 'change'],
    [{ service: 'auth', change: { a: 1 }, value: {} }, 'value'],
  ])('refuses %j', (params, problem) => {
    expect(() => configPush(params as never)).toThrow(ScenarioError)
    expect(() => configPush(params as never)).toThrow(problem)
  })

  test('is aimed at a service that has a configuration', () => {
    const fault = configPush({ service: 'auth', change })
    expect(fault).toMatchObject({ kind: 'config-push', layer: 'config', target: 'auth', connections: 'kept' })
    expect(fault.problems(family)).toEqual([])
    expect(configPush({ service: 'sessions', change }).problems(family)).toEqual([
      'no service "sessions" with a configuration; there are: auth, feed, edge-us',
    ])
  })

  test('reaches a service, which is the witness, and its undo puts back the very value', async () => {
    await using config = await startConfig()
    const client = await config.client('auth')
    const injected = await configPush({ service: 'auth', change }).inject(config.stack)
    await expect.poll(() => client.current()).toEqual({ ...first, ...change })
    await expect
      .poll(() => injected.evidence())
      .toEqual([
        {
          fault: 'config-push',
          target: 'auth',
          witness: 'acknowledgement of auth',
          observed: 'version 2 applied',
        },
      ])
    await injected.undo()
    expect(client.current()).toEqual(first)
    expect(await new ConfigControl(config.stack).read('auth')).toEqual({ version: 3, value: first })
    // Once done it is done: no version is pushed by another.
    await Promise.all([injected.undo(), injected.undo()])
    expect(await new ConfigControl(config.stack).read('auth')).toEqual({ version: 3, value: first })
  })

  test('takes a refusal, with its reason, as evidence that the push came, and undoes it all the same', async () => {
    await using config = await startConfig()
    const client = await config.client('auth', ['config-validation'])
    const injected = await configPush({ service: 'auth', change }).inject(config.stack)
    await expect
      .poll(async () => (await injected.evidence())[0]?.observed)
      .toMatch(/^version 2 refused: .*issuer/s)
    expect(client.current()).toEqual(first)
    await injected.undo()
    expect(client.version()).toBe(3)
  })

  test('has no evidence as long as nobody has seen the push', async () => {
    await using config = await startConfig()
    const client = await config.client('auth')
    client.stop()
    const injected = await configPush({ service: 'auth', change }).inject(config.stack)
    expect(await injected.evidence()).toEqual([])
  })

  test('fails its undo if a service does not take it up in time, and can try again', async () => {
    await using config = await startConfig()
    const deaf = await config.client('auth-2')
    await config.client('auth-1')
    const injected = await injectConfigPush({ service: 'auth', change }, config.stack, { undoLimitMs: 600 })
    await expect.poll(() => injected.evidence()).toHaveLength(2)
    deaf.stop()
    await expect(injected.undo()).rejects.toThrow(
      new HarnessError('auth did not take its configuration back within 600 ms'),
    )
    await config.client('auth-2')
    await injected.undo()
    expect((await new ConfigControl(config.stack).read('auth')).value).toEqual(first)
  })

  test('fails its undo if there is no service at all', async () => {
    await using config = await startConfig()
    const injected = await injectConfigPush({ service: 'auth', change }, config.stack, { undoLimitMs: 200 })
    await expect(injected.undo()).rejects.toThrow(HarnessError)
  })

  test('changes nothing where it may not push', async () => {
    await using config = await startConfig()
    const stack = { ...config.stack, adminToken: 'guessed' } as Stack
    await expect(configPush({ service: 'auth', change }).inject(stack)).rejects.toThrow(
      'config answered 401 to /documents/auth',
    )
    expect(await new ConfigControl(config.stack).read('auth')).toEqual({ version: 1, value: first })
  })
})
