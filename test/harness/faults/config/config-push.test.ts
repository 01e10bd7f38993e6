import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { HarnessError, ScenarioError } from '../../../../harness/errors.ts'
import { configPush, injectConfigPush } from '../../../../harness/faults/config/config-push.ts'
import type { Evidence } from '../../../../harness/faults/fault.ts'
import { ConfigControl } from '../../../../harness/stack/config-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'
import type { Mitigation } from '../../../../services/common/mitigations.ts'
import { startConfigWorld } from './support.ts'

const first = { issuer: 'https://auth.test', list: [1, null, { a: null }], nothing: null }
const change = { issuer: 'https://wrong.test', nothing: { at: 'all' } }
/** A config service with one document, and clients of it that take one issuer only. */
async function startConfig({ staged = false } = {}) {
  const world = await startConfigWorld({ staged, documents: { auth: first } })
  const schema = z.looseObject({ issuer: z.literal(first.issuer) })
  return {
    stack: world.stack,
    client: (name: string, mitigations: Mitigation[] = []) =>
      world.client<Record<string, unknown>>(name, { schema, mitigations }),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}

const byWitness = (evidence: readonly Evidence[]) =>
  evidence.toSorted((a, b) => (a.witness < b.witness ? -1 : 1))

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
    expect(fault.holds(family)).toEqual(['document:auth'])
    expect(configPush({ service: 'sessions', change }).problems(family)).toEqual([
      expect.stringMatching(
        /^no service "sessions" with a configuration; there are: auth, feed, .*, discovery$/,
      ),
    ])
    expect(configPush({ service: 'discovery', change }).problems(cellularFamily)).toEqual([])
    // Instances share the document of their role.
    expect(configPush({ service: 'auth-1', change }).problems(family)).toHaveLength(1)
  })

  test('reaches a service, which is the witness, and its undo puts back the very value', async () => {
    await using config = await startConfig()
    const client = await config.client('auth-1')
    const other = await config.client('auth-2')
    const injected = await configPush({ service: 'auth', change }).inject(config.stack)
    expect(client.current()).toEqual({ ...first, ...change })
    expect(other.current()).toEqual({ ...first, ...change })
    const applied = { fault: 'config-push', target: 'auth', observed: 'version 2 applied' }
    expect(byWitness(await injected.evidence())).toEqual([
      { ...applied, witness: 'acknowledgement of auth-1' },
      { ...applied, witness: 'acknowledgement of auth-2' },
    ])
    await expect(injected.remains?.()).resolves.toEqual([
      'the configuration of auth is not what it was before the fault',
    ])
    await injected.undo()
    expect([client.current(), other.current()]).toEqual([first, first])
    await expect(injected.remains?.()).resolves.toEqual([])
    expect(await new ConfigControl(config.stack).read('auth')).toMatchObject({ version: 3, value: first })
    // Once done it is done: no version is pushed by another.
    await Promise.all([injected.undo(), injected.undo()])
    expect(await new ConfigControl(config.stack).read('auth')).toMatchObject({ version: 3, value: first })
    // What it was by then is not forgotten by what came after.
    expect(await injected.evidence()).toHaveLength(2)
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

  test('goes the way of a staged rollout, which stops it at the first client that refuses', async () => {
    await using config = await startConfig({ staged: true })
    const clients = [
      await config.client('auth-1', ['config-validation']),
      await config.client('auth-2', ['config-validation']),
    ]
    const injected = await configPush({ service: 'auth', change }).inject(config.stack)
    expect(clients.map(client => client.current())).toEqual([first, first])
    const evidence = byWitness(await injected.evidence())
    expect(evidence.map(({ witness }) => witness)).toEqual([
      expect.stringMatching(/^acknowledgement of auth-[12]$/),
      'rollout of config',
    ])
    expect(evidence[1]?.observed).toMatch(/^version 2 rolled back in stage 1 of 2: \S/)
    await injected.undo()
    expect(clients.map(client => client.version())).toEqual([3, 3])
  })

  test('goes through a staged rollout to everybody where nothing is wrong with it', async () => {
    await using config = await startConfig({ staged: true })
    const clients = [await config.client('auth-1'), await config.client('auth-2')]
    const injected = await configPush({ service: 'auth', change: { note: 'harmless' } }).inject(config.stack)
    expect(clients.map(client => client.version())).toEqual([2, 2])
    expect(await injected.evidence()).toHaveLength(2)
    await injected.undo()
    expect(clients.map(client => client.current())).toEqual([first, first])
  })

  test('is taken back in the middle of its rollout', async () => {
    await using config = await startConfig({ staged: true })
    const clients = [await config.client('auth-1'), await config.client('auth-2')]
    const injected = await injectConfigPush({ service: 'auth', change }, config.stack, { endLimitMs: 60 })
    await injected.undo()
    expect(clients.map(client => client.current())).toEqual([first, first])
    expect(clients.map(client => client.version())).toEqual([3, 3])
  })

  test('has no evidence as long as nobody has seen the push', async () => {
    await using config = await startConfig()
    const client = await config.client('auth')
    client.stop()
    const injected = await injectConfigPush({ service: 'auth', change }, config.stack, { endLimitMs: 200 })
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
    const limits = { endLimitMs: 200, undoLimitMs: 200 }
    const injected = await injectConfigPush({ service: 'auth', change }, config.stack, limits)
    await expect(injected.undo()).rejects.toThrow(HarnessError)
  })

  test('changes nothing where it may not push', async () => {
    await using config = await startConfig()
    const stack = { ...config.stack, adminToken: 'guessed' } as Stack
    await expect(configPush({ service: 'auth', change }).inject(stack)).rejects.toThrow(
      'config answered 401 to /documents/auth',
    )
    expect(await new ConfigControl(config.stack).read('auth')).toMatchObject({ version: 1, value: first })
  })
})
