import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { configEmpty, emptied } from '../../../../harness/faults/config/config-empty.ts'
import { firstDocuments } from '../../../../harness/stack/documents.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'
import { discoverySchema } from '../../../../services/common/discovery.ts'
import { startConfigWorld } from './support.ts'

const documents = firstDocuments(cellularFamily)

describe('emptied', () => {
  test('leaves no field, or, where that is asked for, no entry', () => {
    expect(emptied('auth', documents.auth, {})).toEqual({})
    expect(emptied('auth', documents.auth, { form: 'entries' })).toEqual({
      ...(documents.auth as object),
      scopes: [],
    })
    expect(emptied('edge', documents.edge, { form: 'entries' })).toEqual({
      routes: {},
      timeoutMs: 5_000,
      places: 256,
    })
  })

  test('leaves discovery its targets, without endpoints', () => {
    const services = { 'auth@us': [], 'auth@eu': [], 'auth@asia': [], 'auth@me': [] }
    expect(emptied('discovery', documents.discovery, {})).toEqual({ cells: [], services })
    expect(emptied('discovery', documents.discovery, { form: 'document' })).toEqual({})
  })
})

describe('configEmpty', () => {
  test.each([
    [{}, 'service'],
    [{ service: 'auth', form: 'half' }, 'form'],
    [{ service: 'auth', change: {} }, 'change'],
  ])('refuses %j', (params, problem) => {
    expect(() => configEmpty(params as never)).toThrow(ScenarioError)
    expect(() => configEmpty(params as never)).toThrow(problem)
  })

  test('knows documents, and which have entries', () => {
    expect(configEmpty({ service: 'edge', form: 'entries' }).problems(family)).toEqual([])
    expect(configEmpty({ service: 'feed' }).problems(family)).toEqual([])
    expect(configEmpty({ service: 'feed', form: 'entries' }).problems(family)).toEqual([
      'feed has no list or table that could be empty; choose the form "document"',
    ])
    expect(configEmpty({ service: 'rival' }).problems(family)).toHaveLength(1)
    expect(configEmpty({ service: 'discovery' }).holds(family)).toEqual(['document:discovery'])
  })

  test('takes the endpoints from those who believe it, and gives them back', async () => {
    await using config = await startConfigWorld()
    const client = await config.client('feed', { document: 'discovery', schema: discoverySchema })
    const injected = await configEmpty({ service: 'discovery' }).inject(config.stack)
    expect(client.current()).toEqual({ cells: [], services: { auth: [] } })
    expect(await injected.evidence()).toMatchObject([{ target: 'discovery', observed: 'version 2 applied' }])
    await injected.undo()
    expect(client.current()).toEqual({ cells: [], services: { auth: ['auth-1', 'auth-2'] } })
    expect(await injected.remains?.()).toEqual([])
  })

  test('is refused as empty by those who look', async () => {
    await using config = await startConfigWorld()
    await config.client('auth-1', { mitigations: ['config-validation'] })
    const injected = await configEmpty({ service: 'auth' }).inject(config.stack)
    expect(await injected.evidence()).toMatchObject([
      { fault: 'config-empty', witness: 'acknowledgement of auth-1', observed: 'version 2 refused: empty' },
    ])
    await injected.undo()
  })
})
