import { describe, expect, test } from 'vitest'
import { HarnessError, ScenarioError } from '../../../../harness/errors.ts'
import { configOversized, grown } from '../../../../harness/faults/config/config-oversized.ts'
import { ConfigControl } from '../../../../harness/stack/config-control.ts'
import { firstDocuments } from '../../../../harness/stack/documents.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startConfigWorld } from './support.ts'

const documents = firstDocuments(family)
const lengthOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

describe('grown', () => {
  test('gives lists and tables twice their rows', () => {
    expect(grown({ list: [1, 2], table: { a: 'x' }, number: 1 }, {})).toEqual({
      list: [1, 2, 1, 2],
      table: { a: 'x', 'a-2': 'x' },
      number: 1,
    })
    const { routes } = grown(documents.edge, { factor: 50 })
    expect(Object.keys(routes as object)).toHaveLength(50 * 7)
  })

  test('gives a document the length that is asked for, and hardly more', () => {
    const bytes = lengthOf(grown(documents.feed, { bytes: 300_000 }))
    expect(bytes).toBeGreaterThan(300_000)
    expect(bytes).toBeLessThan(320_000)
    expect(grown(documents.feed, { bytes: 1 })).toEqual({ ...(documents.feed as object), generatedRows: [] })
  })

  test('does not make what could hurt the machine', () => {
    const list = Array.from({ length: 1_000 }, () => 'x'.repeat(100))
    expect(() => grown({ list }, { factor: 1_000 })).toThrow(HarnessError)
    expect(() => grown({ list }, { factor: 1_000 })).toThrow('more than 8388608')
  })
})

describe('configOversized', () => {
  test.each([
    [{}, 'service'],
    [{ service: 'auth', factor: 1 }, 'factor'],
    [{ service: 'auth', factor: 1_001 }, 'factor'],
    [{ service: 'auth', bytes: 8 * 1024 * 1024 + 1 }, 'bytes'],
    [{ service: 'auth', factor: 2, bytes: 1_000 }, 'give one of the two'],
  ])('refuses %j', (params, problem) => {
    expect(() => configOversized(params as never)).toThrow(ScenarioError)
    expect(() => configOversized(params as never)).toThrow(problem)
  })

  test('knows documents, and which have rows', () => {
    expect(configOversized({ service: 'edge' }).problems(family)).toEqual([])
    expect(configOversized({ service: 'edge' }).holds(family)).toEqual(['document:edge'])
    expect(configOversized({ service: 'feed' }).problems(family)).toEqual([
      'feed has no list or table that could have more rows; give bytes instead',
    ])
    expect(configOversized({ service: 'feed', bytes: 1_000 }).problems(family)).toEqual([])
  })

  test('is taken by who looks at nothing, refused by who looks, and taken back from both', async () => {
    await using config = await startConfigWorld()
    const blind = await config.client('auth-1')
    const careful = await config.client('auth-2', { mitigations: ['config-validation'] })
    const injected = await configOversized({ service: 'auth', bytes: 300_000 }).inject(config.stack)
    expect(lengthOf(blind.current())).toBeGreaterThan(300_000)
    expect(careful.current()).toEqual(documents.auth)
    const evidence = await injected.evidence()
    expect(evidence.toSorted((a, b) => (a.witness < b.witness ? -1 : 1))).toMatchObject([
      { witness: 'acknowledgement of auth-1', observed: 'version 2 applied' },
      {
        witness: 'acknowledgement of auth-2',
        observed: expect.stringMatching(/^version 2 refused: \d+ bytes long/),
      },
    ])
    await injected.undo()
    expect(blind.current()).toEqual(documents.auth)
    expect(await injected.remains?.()).toEqual([])
  })

  test('counts what the config service itself refuses as evidence, and has nothing to take back', async () => {
    await using config = await startConfigWorld()
    await config.client('auth-1')
    const injected = await configOversized({ service: 'auth', bytes: 2_000_000 }).inject(config.stack)
    expect(await injected.evidence()).toMatchObject([
      {
        fault: 'config-oversized',
        witness: 'config',
        observed: expect.stringMatching(/^push refused with 413: /),
      },
    ])
    await injected.undo()
    expect((await new ConfigControl(config.stack).read('auth')).version).toBe(1)
    expect(await injected.remains?.()).toEqual([])
  })
})
