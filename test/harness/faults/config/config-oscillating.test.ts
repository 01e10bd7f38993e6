import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { configOscillating, injectOscillation } from '../../../../harness/faults/config/config-oscillating.ts'
import { ConfigControl } from '../../../../harness/stack/config-control.ts'
import { firstDocuments } from '../../../../harness/stack/documents.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startConfigWorld } from './support.ts'

const { auth } = firstDocuments(family)
const bad = { change: { issuer: 'https://wrong.test' } }
const periodMs = 200

describe('configOscillating', () => {
  test.each([
    [{ service: 'auth', periodMs }, 'bad'],
    [{ service: 'auth', bad: { change: {} }, periodMs }, 'bad'],
    [{ service: 'auth', bad: { ...bad, empty: {} }, periodMs }, 'bad'],
    [{ service: 'auth', bad: { malformed: { form: 'null-field' } }, periodMs }, 'bad'],
    [{ service: 'auth', bad }, 'periodMs'],
    [{ service: 'auth', bad, periodMs: 199 }, 'periodMs'],
  ])('refuses %j', (params, problem) => {
    expect(() => configOscillating(params as never)).toThrow(ScenarioError)
    expect(() => configOscillating(params as never)).toThrow(problem)
  })

  test('knows documents, and what each form needs of them', () => {
    const problems = (service: string, form: Parameters<typeof configOscillating>[0]['bad']) =>
      configOscillating({ service, bad: form, periodMs }).problems(family)
    expect(problems('auth', bad)).toEqual([])
    expect(problems('sessions', bad)).toHaveLength(1)
    expect(problems('auth', { malformed: { form: 'null-field', field: 'routes' } })).toHaveLength(1)
    expect(problems('feed', { empty: { form: 'entries' } })).toHaveLength(1)
    expect(problems('feed', { oversized: {} })).toHaveLength(1)
    expect(configOscillating({ service: 'auth', bad, periodMs }).holds(family)).toEqual(['document:auth'])
  })

  test.each([
    ['a change', bad],
    ['a null', { malformed: { form: 'null-field' as const, field: 'issuer' } }],
    ['no issuer', { empty: {} }],
  ])('turns a service to %s and back, again and again, and leaves it good', async (_, form) => {
    await using config = await startConfigWorld()
    const client = await config.client('auth-1')
    const issuer = () => client.current().issuer
    const injected = await injectOscillation({ service: 'auth', bad: form, periodMs }, config.stack)
    const good = (auth as { issuer: string }).issuer
    const wait = { timeout: 10_000, interval: 10 }
    for (let turn = 0; turn < 2; turn += 1) {
      await expect.poll(issuer, wait).not.toBe(good)
      await expect.poll(issuer, wait).toBe(good)
    }
    const [evidence, ...others] = await injected.evidence()
    expect(others).toEqual([])
    expect(evidence).toMatchObject({ fault: 'config-oscillating', witness: 'acknowledgement of auth-1' })
    expect(evidence?.observed).toMatch(/^bad applied: [2-9]\d*, good applied: [2-9]\d*$/)
    await injected.undo()
    expect(client.current()).toEqual(auth)
    const { version } = await new ConfigControl(config.stack).read('auth')
    await sleep(3 * periodMs)
    expect((await new ConfigControl(config.stack).read('auth')).version).toBe(version)
    expect(await injected.remains?.()).toEqual([])
  })

  test('waits while a rollout is under way, and counts what was rolled back', async () => {
    await using config = await startConfigWorld({ staged: true })
    const client = await config.client('auth-1', { mitigations: ['config-validation'] })
    const injected = await injectOscillation({ service: 'auth', bad: { empty: {} }, periodMs }, config.stack)
    const seen = async () =>
      (await injected.evidence()).map(({ witness, observed }) => `${witness}: ${observed}`).join()
    await expect.poll(seen, { timeout: 15_000 }).toMatch(/rollout of config: bad rolled back: [2-9]/)
    expect(await seen()).toMatch(/acknowledgement of auth-1: bad refused: [2-9]/)
    expect(client.current()).toEqual(auth)
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
  })

  test('has no evidence while nobody hears of it', async () => {
    await using config = await startConfigWorld()
    const injected = await injectOscillation({ service: 'auth', bad, periodMs }, config.stack)
    expect(await injected.evidence()).toEqual([])
    await config.client('auth-1')
    await injected.undo()
  })
})
